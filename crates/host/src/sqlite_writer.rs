//! One thread writes to a database what stands for itself. Statements that wait for each other are
//! written in one transaction and flushed to the disk once; none is answered before that.
//!
//! Nobody sees a difference to one transaction each, except in time: SQLite lets one connection write at a
//! time anyway, a statement that fails takes back only itself, and where SQLite gives up the whole
//! transaction each is written again alone.

use std::sync::mpsc::{Receiver, Sender, channel};
use std::sync::{Arc, Weak};
use std::thread::JoinHandle;
use std::time::{Duration, Instant};

use rusqlite::Connection;
use tokio::sync::oneshot;

use crate::bindings::spin::sqlite::sqlite::{Error, Value};
use crate::sqlite_database::{
    Database, Deadline, is_locked, leaves_connection_sound, read_in_place,
};
use crate::sqlite_rows::{Parameter, Ready, io, read_row};

/// No statement is added to a transaction that is as old as this, or has so many.
const GATHER: Duration = Duration::from_millis(10);
const MOST: usize = 128;
/// The thread's nice value: a quarter of a busy processor.
#[cfg(target_os = "linux")]
const NICE: i32 = 5;
/// SQLite needs little.
const STACK: usize = 1 << 20;

/// A plain statement that writes, or that reads for the next one.
#[derive(Debug)]
pub(crate) struct Job {
    pub text: String,
    pub parameters: Vec<Value>,
    pub writes: bool,
    /// SQLite's `synchronous` of the connection that it came on.
    pub synchronous: u8,
}

/// What came of it.
#[derive(Debug)]
pub(crate) struct Written {
    /// Nothing where reading would have kept the others waiting.
    pub ready: Option<Ready>,
    pub changes: u64,
    pub last_insert_rowid: i64,
}

type Reply = oneshot::Sender<Result<Written, Error>>;
type Done = (Reply, Result<Written, Error>);

/// The thread. Dropping this waits until it has written what it has.
#[derive(Debug)]
pub(crate) struct Writer {
    jobs: Option<Sender<(Job, Reply)>>,
    thread: Option<JoinHandle<()>>,
}

impl Writer {
    /// Starts it. If that is impossible, whoever hands a job in is told.
    pub fn start(database: Weak<Database>) -> Self {
        let (jobs, received) = channel();
        let thread = std::thread::Builder::new()
            .name("sqlite-writer".to_owned())
            .stack_size(STACK)
            .spawn(move || serve(&database, &received));
        Self {
            jobs: Some(jobs),
            thread: thread.ok(),
        }
    }

    /// Has a statement written. `reply` hears of it, or is dropped.
    pub fn hand(&self, job: Job, reply: Reply) {
        if let Some(jobs) = &self.jobs {
            let _ = jobs.send((job, reply));
        }
    }
}

impl Drop for Writer {
    fn drop(&mut self) {
        self.jobs = None;
        if let Some(thread) = self.thread.take() {
            let _ = thread.join();
        }
    }
}

fn serve(database: &Weak<Database>, jobs: &Receiver<(Job, Reply)>) {
    yield_to_answers();
    let mut kept = None;
    while let Ok(first) = jobs.recv() {
        let Some(database) = database.upgrade() else {
            break;
        };
        let connection = match kept.take() {
            Some(connection) => Ok(connection),
            None => Open::new(&database),
        };
        match connection {
            Ok(mut open) => {
                open.work(&database, first, jobs);
                kept = open.sound.then_some(open);
            }
            Err(error) => {
                let _ = first.1.send(Err(io(error)));
            }
        }
    }
}

/// Where a processor is shared, those who are about to be answered come before the batch behind answers that have left:
/// the 99th percentile of redirects was its length. Whoever waits for a write leaves the processor to it.
fn yield_to_answers() {
    #[cfg(target_os = "linux")]
    let _ = rustix::process::setpriority_process(None, NICE);
}

/// The connection that writes.
struct Open {
    connection: Connection,
    deadline: Deadline,
    synchronous: Option<u8>,
    sound: bool,
}

impl Open {
    fn new(database: &Database) -> rusqlite::Result<Self> {
        let (mut connection, _) = database.connect()?;
        let deadline = Deadline::of(&mut connection)?;
        // Pages as they were before a statement are kept in memory, not in a file, until it has ended.
        connection.pragma_update(None, "temp_store", "MEMORY")?;
        Ok(Self {
            connection,
            deadline,
            synchronous: None,
            sound: true,
        })
    }

    /// Writes the first job and what waits behind it.
    fn work(
        &mut self,
        database: &Arc<Database>,
        first: (Job, Reply),
        jobs: &Receiver<(Job, Reply)>,
    ) {
        let _held = database.turn.take();
        let Ok(second) = jobs.try_recv() else {
            let (job, reply) = first;
            let written = self.alone(&job);
            let _ = reply.send(written);
            return;
        };
        let begun = Instant::now();
        let mut waiting = vec![first, second];
        while waiting.len() < MOST {
            let Ok(next) = jobs.try_recv() else { break };
            waiting.push(next);
        }
        // Who only reads needs no transaction, which would keep other processes from writing.
        let done = if waiting.iter().any(|(job, _)| job.writes) {
            self.together(waiting, begun, jobs)
        } else {
            self.one_by_one(waiting, begun)
        };
        for (reply, written) in done {
            let _ = reply.send(written);
        }
    }

    /// A statement in a transaction of its own.
    fn alone(&mut self, job: &Job) -> Result<Written, Error> {
        self.set_synchronous(job.synchronous)?;
        self.run(job)
    }

    /// Several in one, and what comes in meanwhile.
    fn together(
        &mut self,
        mut waiting: Vec<(Job, Reply)>,
        begun: Instant,
        jobs: &Receiver<(Job, Reply)>,
    ) -> Vec<Done> {
        let strictest = waiting.iter().map(|(job, _)| job.synchronous).max();
        if let Err(error) = self.begin(strictest.unwrap_or(FULL)) {
            return waiting
                .into_iter()
                .map(|(job, reply)| match job.writes {
                    true => (reply, Err(error.clone())),
                    false => (reply, Ok(self.elsewhere())),
                })
                .collect();
        }
        let mut results = Vec::with_capacity(waiting.len());
        let mut next = 0;
        while let Some((job, _)) = waiting.get(next) {
            results.push(self.unless_late(job, begun, Self::run));
            if self.connection.is_autocommit() {
                return self.one_by_one(waiting, begun);
            }
            next = next.saturating_add(1);
            if next == waiting.len() && next < MOST && begun.elapsed() < GATHER {
                // One that asks for more than this transaction began with waits for the next.
                match jobs.try_recv() {
                    Ok(more) if Some(more.0.synchronous) <= strictest => waiting.push(more),
                    Ok(more) => {
                        let done = self.commit(waiting, results, begun);
                        return self.and_alone(done, more);
                    }
                    Err(_) => {}
                }
            }
        }
        self.commit(waiting, results, begun)
    }

    fn and_alone(&mut self, mut done: Vec<Done>, (job, reply): (Job, Reply)) -> Vec<Done> {
        done.push((reply, self.alone(&job)));
        done
    }

    fn begin(&mut self, synchronous: u8) -> Result<(), Error> {
        self.set_synchronous(synchronous)?;
        self.short("BEGIN IMMEDIATE")
    }

    fn commit(
        &mut self,
        waiting: Vec<(Job, Reply)>,
        results: Vec<Result<Written, Error>>,
        begun: Instant,
    ) -> Vec<Done> {
        if self.short("COMMIT").is_ok() {
            let replies = waiting.into_iter().map(|(_, reply)| reply);
            return replies.zip(results).collect();
        }
        let _ = self.short("ROLLBACK");
        self.one_by_one(waiting, begun)
    }

    /// Nothing of a transaction is left, or there was none, and nobody was answered: each tries its own luck.
    fn one_by_one(&mut self, waiting: Vec<(Job, Reply)>, begun: Instant) -> Vec<Done> {
        waiting
            .into_iter()
            .map(|(job, reply)| {
                let written = self.unless_late(&job, begun, Self::alone);
                (reply, written)
            })
            .collect()
    }

    /// Many reads together must not keep writers waiting either: what comes up late is read elsewhere.
    fn unless_late(
        &mut self,
        job: &Job,
        begun: Instant,
        work: impl FnOnce(&mut Self, &Job) -> Result<Written, Error>,
    ) -> Result<Written, Error> {
        if !job.writes && begun.elapsed() >= GATHER {
            return Ok(self.elsewhere());
        }
        work(self, job)
    }

    fn elsewhere(&self) -> Written {
        Written {
            ready: None,
            changes: self.connection.changes(),
            last_insert_rowid: self.connection.last_insert_rowid(),
        }
    }

    fn set_synchronous(&mut self, level: u8) -> Result<(), Error> {
        if self.synchronous != Some(level) {
            let set = self
                .connection
                .pragma_update(None, "synchronous", level.to_string());
            self.noted(set)?;
            self.synchronous = Some(level);
        }
        Ok(())
    }

    fn short(&mut self, text: &str) -> Result<(), Error> {
        let done = self
            .connection
            .prepare_cached(text)
            .and_then(|mut statement| statement.execute([]));
        self.noted(done).map(|_| ())
    }

    fn run(&mut self, job: &Job) -> Result<Written, Error> {
        let ready = if job.writes {
            Some(self.write(job)?)
        } else {
            let read = read_in_place(&self.connection, &self.deadline, &job.text, &job.parameters);
            match read {
                Err(error) if is_locked(&error) => None,
                read => self.noted(read)?,
            }
        };
        Ok(Written {
            ready,
            ..self.elsewhere()
        })
    }

    fn write(&mut self, job: &Job) -> Result<Ready, Error> {
        let mut refused = None;
        let ran = self
            .connection
            .prepare_cached(&job.text)
            .and_then(|mut statement| {
                let columns: Vec<_> = statement.column_names().map(str::to_owned).collect();
                let mut ready = Ready::new(columns);
                let parameters = rusqlite::params_from_iter(job.parameters.iter().map(Parameter));
                let mut found = statement.query(parameters)?;
                while let Some(row) = found.next()? {
                    match read_row(row, ready.columns.len()) {
                        Ok((row, _)) => ready.rows.push(row),
                        Err(error) => refused = Some(error),
                    }
                }
                Ok(ready)
            });
        let mut ready = self.noted(ran)?;
        if let Some(error) = refused {
            ready.end = Err(error);
        }
        Ok(ready)
    }

    /// Remembers whether the connection can be used again.
    fn noted<T>(&mut self, result: rusqlite::Result<T>) -> Result<T, Error> {
        result.map_err(|error| {
            self.sound &= leaves_connection_sound(&error);
            io(error)
        })
    }
}

/// SQLite's `synchronous=FULL`: what is committed survives a loss of power.
pub(crate) const FULL: u8 = 2;
