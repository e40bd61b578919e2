//! One import: stores what was read in slices, and knows how far it has come.

use std::rc::Rc;
use std::time::Duration;

use domain::Source;
use domain::files::Action;
use spin_sdk::time::sleep;
use store::{
    Actor, ContactChange, FileLine, ImportError, ImportRun, Imported, NewAction, Outcome,
    Requested, StoreError,
};
use web::{Problem, ProblemKind, Session};

use super::reader::Slice;

/// How often a slice is tried while a store is away, and how long between.
const ATTEMPTS: u32 = 10;
const PAUSE: Duration = Duration::from_millis(500);

/// One import on its way.
pub struct Run {
    session: Rc<Session>,
    /// As it is written down.
    pub import: ImportRun,
    /// Lines of slices that were there before.
    pub repeated: u64,
}

impl Run {
    pub const fn new(session: Rc<Session>, import: ImportRun) -> Self {
        Self {
            session,
            import,
            repeated: 0,
        }
    }

    /// Has the transparency log take in what was stored.
    pub fn seal_soon(&self) {
        web::seal_import_soon(&self.session.store, self.session.organisation.id);
    }

    /// Stores a slice and writes down that it is in force. Gives its errors.
    pub async fn store(&mut self, mut slice: Slice) -> Result<Vec<ImportError>, Problem> {
        let mut attempt = 1;
        let imported = loop {
            match self.try_store(&slice).await {
                Err(problem) if again(&problem, &mut attempt) => sleep(PAUSE).await,
                done => break done?,
            }
        };
        self.repeated = self.repeated.saturating_add(imported.repeated);
        slice.progress.accepted = imported.accepted;
        slice.progress.void = imported.void;
        slice.progress.log = imported.log;
        if imported.advanced {
            return Ok(slice.progress.errors);
        }
        loop {
            match self.try_advance(&slice).await {
                Err(problem) if again(&problem, &mut attempt) => sleep(PAUSE).await,
                done => break done?,
            }
        }
        Ok(slice.progress.errors)
    }

    async fn try_store(&mut self, slice: &Slice) -> Result<Imported, Problem> {
        let mut imported = Imported::default();
        for (action, lines) in &slice.steps {
            let done = match action {
                Action::Set => self.decide(slice, lines).await?,
                Action::Remove => self.act(store::Action::Remove, lines).await?,
                Action::Portability => self.act(store::Action::Portability, lines).await?,
            };
            imported.add(done);
        }
        imported.add(self.keep(slice).await?);
        Ok(imported)
    }

    /// Stores attributes at the date of the file, after its decisions: an erasure in the same file is older or newer than
    /// that. The same again changes nothing.
    async fn keep(&self, slice: &Slice) -> Result<Imported, Problem> {
        let (changes, alone): (Vec<ContactChange>, Vec<bool>) =
            slice.contacts.iter().cloned().unzip();
        let organisation = self.session.organisation.id;
        let at = Requested::At(self.import.dated_at);
        let kept = self
            .session
            .store
            .change_contacts(organisation, &changes, at, None, web::now());
        let mut imported = Imported::default();
        // A row that decides something is counted there.
        for (outcome, is_alone) in kept.await?.into_iter().zip(alone) {
            let count = match outcome {
                Outcome::Void => &mut imported.void,
                Outcome::Stored | Outcome::Repeated => &mut imported.accepted,
            };
            *count = count.saturating_add(u64::from(is_alone));
        }
        Ok(imported)
    }

    async fn decide(&mut self, slice: &Slice, lines: &[FileLine]) -> Result<Imported, Problem> {
        let alone = slice.steps.len() == 1 && slice.contacts.is_empty();
        let imported = self.session.store.import_lines(
            self.session.organisation.id,
            &mut self.import,
            Actor::Key(self.session.key.id),
            lines,
            Some(&slice.progress).filter(|_| alone),
            web::now(),
        );
        Ok(imported.await?)
    }

    /// Carries out what these lines ask for. They have one request id, which no line with a decision has: a slice
    /// that is tried again has the same steps.
    async fn act(&self, action: store::Action, lines: &[FileLine]) -> Result<Imported, Problem> {
        let Some(first) = lines.first() else {
            return Ok(Imported::default());
        };
        let actions = lines.iter().map(|line| {
            let item = line.line.saturating_sub(first.line);
            Ok(NewAction {
                item: u32::try_from(item).map_err(Problem::internal)?,
                subject: line.subject.clone(),
                source: Source::File,
                regime: line.regime,
                regime_source: line.regime_source,
                at: Requested::At(line.at),
            })
        });
        let actions = actions.collect::<Result<Vec<NewAction>, Problem>>()?;
        let contents: Vec<&str> = lines.iter().map(|line| line.content.as_str()).collect();
        let content = contents.join("\n");
        let request_id = format!("{}#{}-{}", self.import.id, first.line, action.code());
        let acted = self.session.store.act(
            self.session.organisation.id,
            action,
            &request_id,
            &content,
            Actor::Key(self.session.key.id),
            &actions,
            web::now(),
        );
        let mut imported = Imported::default();
        for recorded in acted.await? {
            imported.accepted = imported.accepted.saturating_add(1);
            let repeated = u64::from(recorded.outcome == Outcome::Repeated);
            imported.repeated = imported.repeated.saturating_add(repeated);
        }
        Ok(imported)
    }

    async fn try_advance(&mut self, slice: &Slice) -> Result<(), Problem> {
        let advanced = self.session.store.advance_import(
            self.session.organisation.id,
            &mut self.import,
            &slice.progress,
            web::now(),
        );
        advanced.await.map_err(|error| match error {
            StoreError::Conflict => Problem::new(
                ProblemKind::Conflict,
                "This import is being sent by two at once. Send it again when the other one has ended.",
            ),
            error => error.into(),
        })
    }
}

/// Whether a store was away and may be asked once more.
fn again(problem: &Problem, attempt: &mut u32) -> bool {
    *attempt = attempt.saturating_add(1);
    problem.kind == ProblemKind::Unavailable && *attempt <= ATTEMPTS
}
