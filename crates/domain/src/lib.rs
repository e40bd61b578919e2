//! The rules of Assent: whom a consent is about, what was decided, what follows from it.
//!
//! Everything here is a pure function of its arguments: no input or output, no clock, no
//! randomness. Times and random bytes are passed in, so the same question always has the same
//! answer, in a component, in the command line, and in a test.
//!
//! Reading order: [`subject`], [`flags`], [`regime`], [`signal`], [`resolution`], [`explain`], [`gate`] are
//! consent; [`iab`] and [`mod@consent_mode`] are the signals of other frameworks, in and out; [`files`] and [`wire`] are how
//! the Salesforce DMP writes it down and how its tags send it; [`link`], [`token`], [`mint`], [`mail`] make a mail;
//! [`log`] proves all of it; [`interaction`] and [`scanner`] judge what comes back from it; [`attribute`] is what is kept
//! about contacts, [`condition`] and [`stance`] choose among them.

pub mod attribute;
pub mod backfill;
pub mod banner;
pub mod brand;
pub mod communication;
pub mod condition;
pub mod consent_mode;
pub mod contrast;
pub mod destination;
pub mod explain;
pub mod files;
pub mod flag_set;
pub mod flags;
pub mod form;
pub mod gate;
pub mod iab;
pub mod industry;
pub mod interaction;
pub mod interception;
pub mod keyed_hash;
pub mod link;
pub mod log;
pub mod logo;
pub mod mail;
pub mod mint;
mod object;
pub mod organisation;
pub mod origin;
pub mod palette;
pub mod policy;
pub mod regime;
pub mod region;
pub mod report;
pub mod resolution;
pub mod retention;
pub mod scanner;
#[cfg(feature = "schema")]
pub mod schema;
pub mod settings;
pub mod signal;
pub mod stance;
pub mod state;
pub mod subject;
pub mod time;
pub mod token;
pub mod tracking;
pub mod utm;
pub mod webhook;
pub mod wire;

pub use attribute::{
    Attribute, AttributeError, AttributeName, AttributeNameError, AttributeType, AttributeValue,
    Attributes, AttributesError,
};
pub use backfill::Backfill;
pub use banner::{BANNER_TEXTS, Banner, BannerError};
pub use brand::{Brand, BrandError, Colour, ColourError, ContrastError};
pub use communication::{
    Communication, CommunicationDecision, CommunicationStatus, CommunicationType,
    CommunicationTypeError, Communications, CommunicationsError, MOST_COMMUNICATION_TYPES,
    check_communication_types,
};
pub use consent_mode::{CONSENT_MODE, consent_mode};
pub use destination::{DestinationError, MAX_DESTINATION_BYTES, check_destination};
pub use explain::{Overruled, overruled};
pub use flag_set::FlagSet;
pub use flags::{Choice, Flag, Flags, FlagsError};
pub use form::{
    FormKind, FormKindError, FormSettings, FormTextsError, MOST_FORMS, check_form_texts, direction,
    is_form_id,
};
pub use gate::{Gate, GateError};
pub use industry::{Device, DeviceError, IndustryAction, IndustryError, IndustrySource};
pub use interaction::{Interaction, Kind, KindError, Verdict, keeps_last_open, names, verdict};
pub use interception::{
    AnonymousTokens, Channel, InterceptionError, InterceptionSettings, may_ask,
};
pub use keyed_hash::{HashSecret, HashSecretError, KeyedHash, KeyedHashError};
pub use link::{LinkId, LinkIdError};
pub use logo::{Logo, LogoError};
pub use mail::{
    FoundLink, MailError, MailPlan, Quoting, SkipReason, SkippedLink, holds_merge_tag, plan_html,
    plan_text,
};
pub use mint::click_token_for;
pub use object::ObjectOnly;
pub use organisation::{DeviceId, IdError, KeyId, MessageId, OrganisationId, RuleId, WebhookId};
pub use origin::{Origin, OriginError};
pub use policy::Policy;
pub use regime::{GlobalMode, Regime, RegimeError, RegimeSet, RegimeSource};
pub use region::{Region, RegionError, Regions, usual_regime};
pub use resolution::{AskAgain, Basis, Closed, Resolved, ResolvedFlag, resolve};
pub use retention::{Cutoffs, Retention};
pub use scanner::{Machine, machine, scanner_user_agent};
pub use settings::{Settings, SettingsError, is_language_tag};
pub use signal::{
    Decision, MAX_AHEAD_MICROS, Shown, SignalError, Source, SourceError, Tier, TierError,
    check_time, is_request_id,
};
pub use stance::{Stance, StanceVerdict};
pub use state::ConsentState;
pub use subject::{Subject, SubjectError, SubjectKind, names_address};
pub use time::{TimeError, Timestamp};
pub use token::{
    ClickOpener, ClickToken, OneClick, SealError, TokenKeys, TokenSecrets, TokenSecretsError,
};
pub use tracking::{Ceiling, CeilingError, Ceilings, TrackingStatus};
pub use utm::{Utm, UtmError};
pub use webhook::{ReceiverError, WebhookKeys, check_receiver, retry_after};
