//! What organisations changed about their forms, and the words that people saw.

use std::cell::RefCell;
use std::collections::BTreeMap;
use std::rc::Rc;

use domain::{FormKind, FormSettings, OrganisationId, Timestamp};
use spin_sdk::sqlite::{RowResult, Value};
use spin_sdk::wasip3;

use crate::organisation::KEEP_AT_MOST;
use crate::sql::{Lane, execute, integer, parsed, read, read_many, text, write};
use crate::{Organisation, Store, StoreError};

/// What an organisation changed about a form.
#[derive(Debug, Clone, Default)]
pub struct OwnForm {
    /// What it is for and how it behaves; nothing while the usual holds.
    pub settings: Option<(FormKind, FormSettings)>,
    /// Its own words, by language (BCP 47).
    pub texts: BTreeMap<String, OwnTexts>,
}

/// Own words of a form in one language.
#[derive(Debug, Clone)]
pub struct OwnTexts {
    /// Counts the changes.
    pub version: i64,
    /// The words by id.
    pub texts: Rc<BTreeMap<String, String>>,
    /// When they were written.
    pub at: Timestamp,
    /// By whom: the id of an API key, or `admin`.
    pub actor: String,
}

/// The forms of an organisation, by id; only those of which something was changed.
pub type OwnForms = BTreeMap<String, OwnForm>;

/// Words as people saw them.
#[derive(Debug, Clone)]
pub struct ShownText {
    /// The form.
    pub form: String,
    /// The language.
    pub language: String,
    /// JSON; its SHA-256 begins with the hash.
    pub words: String,
    /// When they were first shown.
    pub first_at: Timestamp,
}

type Kept = (OrganisationId, i64, Rc<OwnForms>);

thread_local! {
    /// By the version of the organisation, which every change of a form moves.
    static KEPT: RefCell<Vec<Kept>> = const { RefCell::new(Vec::new()) };
    /// The hashes that this instance has kept.
    static SHOWN: RefCell<Vec<(OrganisationId, String)>> = const { RefCell::new(Vec::new()) };
}

const SETTINGS: &str = "SELECT form, kind, settings FROM form_setting f WHERE org_id = ?1 AND version = \
  (SELECT max(version) FROM form_setting WHERE org_id = f.org_id AND form = f.form)";

const TEXTS: &str = "SELECT form, language, version, texts, at, actor FROM form_text f WHERE org_id = ?1 AND version = \
  (SELECT max(version) FROM form_text WHERE org_id = f.org_id AND form = f.form AND language = f.language)";

const CHANGE_SETTINGS: &str = "INSERT INTO form_setting (org_id, form, version, kind, settings, actor, at) \
  SELECT ?1, ?2, 1 + coalesce((SELECT max(version) FROM form_setting WHERE org_id = ?1 AND form = ?2), 0), ?3, ?4, ?5, ?6 \
  WHERE NOT ?7 OR NOT EXISTS (SELECT 1 FROM form_setting WHERE org_id = ?1 AND form = ?2) RETURNING version";

const CHANGE_TEXTS: &str = "INSERT INTO form_text (org_id, form, language, version, texts, actor, at) \
  SELECT ?1, ?2, ?3, 1 + coalesce((SELECT max(version) FROM form_text WHERE org_id = ?1 AND form = ?2 AND language = ?3), 0), \
  ?4, ?5, ?6 RETURNING version";

const KEEP_SHOWN: &str = "INSERT INTO shown_text (org_id, hash, form, language, words, first_at) \
  VALUES (?1, ?2, ?3, ?4, ?5, ?6) ON CONFLICT (org_id, hash) DO NOTHING";

const SHOWN_TEXT: &str =
    "SELECT form, language, words, first_at FROM shown_text WHERE org_id = ?1 AND hash = ?2";

impl Store {
    /// What an organisation changed about its forms. It is asked of SQLite once for each version of the organisation and
    /// instance, so it costs nothing where many are shown.
    pub async fn own_forms(&self, organisation: &Organisation) -> Result<Rc<OwnForms>, StoreError> {
        let (id, version) = (organisation.id, organisation.version);
        let kept = KEPT.with_borrow(|kept| {
            let mut kept = kept.iter();
            kept.find(|(kept, at, _)| *kept == id && *at == version)
                .map(|(_, _, forms)| forms.clone())
        });
        if let Some(kept) = kept {
            return Ok(kept);
        }
        let forms = Rc::new(read_forms(id).await?);
        KEPT.with_borrow_mut(|kept| {
            kept.retain(|(kept, _, _)| *kept != id);
            if kept.len() >= KEEP_AT_MOST {
                kept.clear();
            }
            kept.push((id, version, forms.clone()));
        });
        Ok(forms)
    }

    /// The same as SQLite has it now.
    pub async fn stored_forms(&self, organisation: OrganisationId) -> Result<OwnForms, StoreError> {
        read_forms(organisation).await
    }

    /// Changes what a form is for and how it behaves; gives the version. `new` makes one, and nothing where there is one.
    pub async fn change_form(
        &self,
        organisation: OrganisationId,
        form: &str,
        (kind, settings): (FormKind, &FormSettings),
        new: bool,
        actor: &str,
        now: Timestamp,
    ) -> Result<Option<i64>, StoreError> {
        const TABLE: &str = "form_setting";
        let settings = serde_json::to_string(settings).map_err(|_| StoreError::Corrupt(TABLE))?;
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(form),
            Value::from(kind.code()),
            Value::from(settings),
            Value::from(actor),
            Value::from(now.micros()),
            Value::from(i64::from(new)),
        ];
        let rows = write(CHANGE_SETTINGS, parameters, 1).await?;
        self.forget_organisation(organisation);
        rows.first().map(|row| integer(row, 0, TABLE)).transpose()
    }

    /// Changes the words of a form in a language; gives the version.
    pub async fn change_form_texts(
        &self,
        organisation: OrganisationId,
        form: &str,
        language: &str,
        texts: &BTreeMap<String, String>,
        actor: &str,
        now: Timestamp,
    ) -> Result<i64, StoreError> {
        const TABLE: &str = "form_text";
        let texts = serde_json::to_string(texts).map_err(|_| StoreError::Corrupt(TABLE))?;
        let parameters = vec![
            Value::from(organisation.to_string()),
            Value::from(form),
            Value::from(language),
            Value::from(texts),
            Value::from(actor),
            Value::from(now.micros()),
        ];
        let rows = write(CHANGE_TEXTS, parameters, 1).await?;
        self.forget_organisation(organisation);
        let row = rows.first().ok_or(StoreError::Corrupt(TABLE))?;
        integer(row, 0, TABLE)
    }

    /// Keeps, after the answer, the words that a form shows: what signals name by their hash must be found again. Each
    /// instance does so once. A form that is answered keeps them before its answer ([`Self::keep_shown`]).
    pub fn keep_shown_soon(
        &self,
        organisation: OrganisationId,
        hash: &str,
        shown: (&str, &str, String),
        now: Timestamp,
    ) {
        if is_kept(organisation, hash) {
            return;
        }
        let hash = hash.to_owned();
        let parameters = shown_parameters(organisation, &hash, shown, now);
        wasip3::spawn(async move {
            if execute(Lane::Record, KEEP_SHOWN, parameters).await.is_ok() {
                note_kept(organisation, hash);
            }
        });
    }

    /// The same, durable when this returns.
    pub async fn keep_shown(
        &self,
        organisation: OrganisationId,
        hash: &str,
        shown: (&str, &str, String),
        now: Timestamp,
    ) -> Result<(), StoreError> {
        if !is_kept(organisation, hash) {
            write(
                KEEP_SHOWN,
                shown_parameters(organisation, hash, shown, now),
                1,
            )
            .await?;
            note_kept(organisation, hash.to_owned());
        }
        Ok(())
    }

    /// The words that people saw under this hash.
    pub async fn shown_text(
        &self,
        organisation: OrganisationId,
        hash: &str,
    ) -> Result<Option<ShownText>, StoreError> {
        const TABLE: &str = "shown_text";
        let parameters = vec![Value::from(organisation.to_string()), Value::from(hash)];
        let rows = read(SHOWN_TEXT, parameters).await?;
        let found = rows.first().map(|row| {
            Ok(ShownText {
                form: text(row, 0, TABLE)?.to_owned(),
                language: text(row, 1, TABLE)?.to_owned(),
                words: text(row, 2, TABLE)?.to_owned(),
                first_at: Timestamp::from_micros(integer(row, 3, TABLE)?),
            })
        });
        found.transpose()
    }
}

fn is_kept(organisation: OrganisationId, hash: &str) -> bool {
    SHOWN.with_borrow(|kept| {
        let mut kept = kept.iter();
        kept.any(|(kept, known)| *kept == organisation && known == hash)
    })
}

fn note_kept(organisation: OrganisationId, hash: String) {
    SHOWN.with_borrow_mut(|kept| {
        if kept.len() >= KEEP_AT_MOST {
            kept.clear();
        }
        kept.push((organisation, hash));
    });
}

fn shown_parameters(
    organisation: OrganisationId,
    hash: &str,
    (form, language, words): (&str, &str, String),
    now: Timestamp,
) -> Vec<Value> {
    vec![
        Value::from(organisation.to_string()),
        Value::from(hash),
        Value::from(form),
        Value::from(language),
        Value::from(words),
        Value::from(now.micros()),
    ]
}

async fn read_forms(organisation: OrganisationId) -> Result<OwnForms, StoreError> {
    let id = || vec![Value::from(organisation.to_string())];
    let mut forms = OwnForms::new();
    for row in &read(SETTINGS, id()).await? {
        let form = text(row, 0, "form_setting")?.to_owned();
        forms.entry(form).or_default().settings = Some(settings(row)?);
    }
    for row in &read_many(TEXTS, id(), domain::MOST_FORMS).await? {
        let form = text(row, 0, "form_text")?.to_owned();
        let language = text(row, 1, "form_text")?.to_owned();
        let texts = own_texts(row)?;
        forms.entry(form).or_default().texts.insert(language, texts);
    }
    Ok(forms)
}

fn settings(row: &RowResult) -> Result<(FormKind, FormSettings), StoreError> {
    const TABLE: &str = "form_setting";
    let settings =
        serde_json::from_str(text(row, 2, TABLE)?).map_err(|_| StoreError::Corrupt(TABLE))?;
    Ok((parsed(row, 1, TABLE, FormKind::parse)?, settings))
}

fn own_texts(row: &RowResult) -> Result<OwnTexts, StoreError> {
    const TABLE: &str = "form_text";
    let texts: BTreeMap<String, String> =
        serde_json::from_str(text(row, 3, TABLE)?).map_err(|_| StoreError::Corrupt(TABLE))?;
    Ok(OwnTexts {
        version: integer(row, 2, TABLE)?,
        texts: Rc::new(texts),
        at: Timestamp::from_micros(integer(row, 4, TABLE)?),
        actor: text(row, 5, TABLE)?.to_owned(),
    })
}
