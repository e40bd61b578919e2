//! How values that are text or tables on the wire are described in the OpenAPI document (JSON Schema 2020-12).

use std::borrow::Cow;

use schemars::{JsonSchema, Schema, SchemaGenerator, json_schema};

use crate::banner::BANNER_TEXTS;
use crate::{
    Colour, CommunicationType, Flag, FlagSet, Flags, KeyId, LinkId, Logo, MessageId,
    OrganisationId, Origin, Regime, Region, Regions, RuleId, Subject, Timestamp, WebhookId,
};

/// What cannot stand in a subject: `^`, and what is not printable or not visible.
const NOT_IN_SUBJECTS: &str = r"\^\x00-\x1f\x7f-\x9f\u00ad\u034f\u061c\u115f\u1160\u17b4\u17b5\u180b-\u180f\u200b-\u200f\u2028-\u202e\u2060-\u206f\u3164\ufe00-\ufe0f\ufeff\uffa0\ufff0-\ufffb";

/// The same beyond the first 65 536 characters, as themselves: notations for these differ between languages.
const FAR_ONES: &str = "\u{1bca0}-\u{1bca3}\u{1d173}-\u{1d17a}\u{e0000}-\u{e0fff}";

/// Names a type in the document and says what it is.
macro_rules! described {
    ($($type:ident: $schema:expr;)+) => {$(
        impl JsonSchema for $type {
            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema(_: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

const UUID: &str = "^[0-9a-fA-F]{8}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{4}-[0-9a-fA-F]{12}$";

/// A UUID; what it names, and one for examples.
fn id(what: &str) -> Schema {
    json_schema!({
        "type": "string",
        "description": what,
        "format": "uuid",
        "pattern": UUID,
        "examples": ["45e0a0b2-7f30-456c-875c-1cfa507d72b6"],
    })
}

/// The value of a subject without these characters.
fn value(without: &str) -> String {
    format!("[^{without}{NOT_IN_SUBJECTS}{FAR_ONES}]{{1,256}}")
}

fn device() -> String {
    format!("device:[a-z0-9_]{{1,32}}:{}", value(""))
}

/// Contacts and bridge keys.
fn others(value: &str) -> String {
    format!(
        "contact:{value}|bk:(?!email:|email_sha256:)[a-z0-9_]{{1,32}}:{value}|bk:email_sha256:[0-9a-fA-F]{{64}}"
    )
}

const ADDRESS: &str = "bk:email:[0-9A-Za-z._-]{1,60}@[0-9A-Za-z.-]{1,60}";

described! {
    Timestamp: json_schema!({
        "type": "string",
        "description": "A moment (RFC 3339). Answers have six decimals and Z.",
        "format": "date-time",
        "examples": ["2026-11-21T08:30:00.000000Z"],
    });
    OrganisationId: id("Names an organisation (`orgUuid`).");
    MessageId: id("Names a mail.");
    KeyId: id("Names an API key.");
    WebhookId: id("Names a webhook.");
    RuleId: id("Names a rule.");
    LinkId: json_schema!({
        "type": "string",
        "description": "Names a link.",
        "pattern": "^[a-z2-7]{16}$",
    });
    Subject: json_schema!({
        "type": "string",
        "description": "`contact:<key>`, `device:<type>:<value>` or `bk:<name>:<value>`; values have at most 256 \
            bytes. An address after `bk:email:` is hashed at once.",
        "pattern": format!("^({}|{}|{ADDRESS})$", device(), others(&value(""))),
        "examples": ["contact:4711"],
    });
    Region: json_schema!({
        "type": "string",
        "description": "A country (ISO 3166-1 alpha-2) or a part of one (ISO 3166-2).",
        "pattern": "^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$",
        "examples": ["CA-QC"],
    });
    Origin: json_schema!({
        "type": "string",
        "description": "A site, as browsers write it in `Origin`; `http` only on the machine itself. Hosts that are \
            no names of the usual form are accepted, too.",
        "pattern": "^(https://([a-z0-9]([a-z0-9-]{0,30}[a-z0-9])?\\.)+[a-z]{2,20}|http://localhost(:[1-9][0-9]{2,3})?)$",
        "examples": ["https://www.example.com"],
    });
    CommunicationType: json_schema!({
        "type": "string",
        "description": "The id of a type of communication.",
        "pattern": "^[a-z0-9_]{1,32}$",
        "examples": ["newsletter"],
    });
    Colour: json_schema!({
        "type": "string",
        "description": "A colour: red, green, blue.",
        "pattern": "^#[0-9a-fA-F]{6}$",
        "examples": ["#1b5e20"],
    });
    Logo: json_schema!({
        "type": "string",
        "description": "A picture as a `data:` address: a PNG or JPEG file of at most 16 KiB in base64.",
        "pattern": "^data:image/(png;base64,iVBORw0KGgo|jpeg;base64,/9j/)[A-Za-z0-9+/]*={0,2}$",
        "maxLength": 21872,
        "examples": ["data:image/png;base64,iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg=="],
    });
    Flag: json_schema!({
        "type": "string",
        "description": "A purpose: `dc` data collection, `al` analytics, `tg` targeting, `cd` cross-device, `sh` \
            sharing, `re` re-identification.",
        "enum": ["dc", "al", "tg", "cd", "sh", "re"],
    });
    Flags: json_schema!({
        "type": "object",
        "description": "What was said about each purpose: `true` granted, `false` refused, left out nothing.",
        "properties": {
            "dc": { "type": "boolean" },
            "al": { "type": "boolean" },
            "tg": { "type": "boolean" },
            "cd": { "type": "boolean" },
            "sh": { "type": "boolean" },
            "re": { "type": "boolean" },
        },
        "additionalProperties": false,
        "examples": [{ "dc": true, "al": false }],
    });
}

/// A subject as it may stand in an address: no e-mail address.
pub struct SubjectInPath;

/// A setting that is text with rules of its own.
pub struct Language;
/// The languages of the forms.
pub struct Languages;
/// The name on the forms.
pub struct DisplayName;
/// The address of a privacy notice.
pub struct Notice;
/// The address to which webhooks are sent.
pub struct Receiver;
/// The address under which the application is reached.
pub struct Base;
/// Other organisations.
pub struct LinkedOrganisations;
/// Own words of a banner.
pub struct BannerTexts;
/// Families of a font.
pub struct FontStack;
/// Ids of types of communication.
pub struct CommunicationTypes;
/// Names by language.
pub struct Names;
/// The key of a contact.
pub struct ContactKey;
/// The name of an attribute.
pub struct Attribute;
/// What people read of an attribute.
pub struct Label;
/// What may be chosen.
pub struct Choices;
/// The same in an address.
pub struct ContactKeyInPath;
/// A merge tag of a mailing system.
pub struct MergeTag;
/// A subject that is a contact.
pub struct Contact;
/// The same in an address.
pub struct ContactInPath;
/// A subject that is a device.
pub struct Device;
/// A subject that is none.
pub struct NoDevice;

/// Like [`described!`], at the place where it is used.
macro_rules! described_there {
    ($($type:ident: |$generator:ident| $schema:expr;)+) => {$(
        impl JsonSchema for $type {
            fn inline_schema() -> bool {
                true
            }

            fn schema_name() -> Cow<'static, str> {
                stringify!($type).into()
            }

            fn json_schema($generator: &mut SchemaGenerator) -> Schema {
                $schema
            }
        }
    )+};
}

/// Something to be seen, and no control characters.
const SHOWN: &str = "^[^\\x00-\\x1f\\x7f-\\x9f]*[!-~][^\\x00-\\x1f\\x7f-\\x9f]*$";
const LANGUAGE: &str = "^[A-Za-z]{2,3}(-[A-Za-z0-9]{1,8}){0,3}$";
const HTTPS: &str = "^https://([A-Za-z0-9]([A-Za-z0-9-]{0,30}[A-Za-z0-9])?\\.)+[A-Za-z]{2,20}(/[A-Za-z0-9._~/-]*)?$";

described_there! {
    FlagSet: |generator| json_schema!({
        "type": "array",
        "items": generator.subschema_for::<Flag>(),
        "uniqueItems": true,
    });
    Regions: |generator| json_schema!({
        "type": "object",
        "propertyNames": { "pattern": "^[A-Za-z]{2}(-[A-Za-z0-9]{1,3})?$" },
        "additionalProperties": generator.subschema_for::<Regime>(),
        "examples": [{ "CA-QC": "law25", "CA": "casl" }],
    });
    SubjectInPath: |_generator| json_schema!({
        "type": "string",
        "pattern": format!("^(device:[a-z0-9_]{{1,32}}:{0}|{1})$", value("@/%"), others(&value("@/%"))),
    });
    Contact: |_generator| json_schema!({
        "type": "string",
        "pattern": format!("^contact:{}$", value("")),
        "examples": ["contact:4711"],
    });
    ContactInPath: |_generator| json_schema!({
        "type": "string",
        "pattern": format!("^contact:{}$", value("@/%")),
    });
    Device: |_generator| json_schema!({
        "type": "string",
        "pattern": format!("^{}$", device()),
        "examples": ["device:idfa:6d92078a-8246-4ba4-ae5b-76104861e7dc"],
    });
    NoDevice: |_generator| json_schema!({
        "type": "string",
        "pattern": format!("^({}|{ADDRESS})$", others(&value(""))),
        "examples": ["contact:4711"],
    });
    LinkedOrganisations: |_generator| json_schema!({
        "type": "array",
        "items": { "type": "string", "format": "uuid", "pattern": UUID, "examples": ["0f6c7a31-93b5-4a0b-8a39-60d2b6bd5b11"] },
        "maxItems": 20,
        "uniqueItems": true,
    });
    BannerTexts: |_generator| json_schema!({
        "type": "object",
        "propertyNames": { "pattern": LANGUAGE },
        "maxProperties": 20,
        "additionalProperties": {
            "type": "object",
            "propertyNames": { "enum": BANNER_TEXTS },
            "additionalProperties": {
                "type": "string",
                "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*[!-~][^\\x00-\\x1f\\x7f-\\x9f]*$",
                "maxLength": 1000,
            },
        },
    });
    FontStack: |_generator| json_schema!({
        "type": "array",
        "items": { "type": "string", "pattern": "^[A-Za-z0-9]([A-Za-z0-9 -]{0,38}[A-Za-z0-9])?$" },
        "maxItems": 8,
        "examples": [["Georgia", "Times New Roman", "serif"]],
    });
    CommunicationTypes: |_generator| json_schema!({
        "type": "array",
        "items": { "type": "string", "pattern": "^[a-z0-9_]{1,32}$" },
        "maxItems": 50,
        "uniqueItems": true,
        "examples": [["newsletter"]],
    });
    Names: |_generator| json_schema!({
        "type": "object",
        "propertyNames": { "pattern": LANGUAGE },
        "minProperties": 1,
        "maxProperties": 50,
        "additionalProperties": {
            "type": "string",
            "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*[!-~][^\\x00-\\x1f\\x7f-\\x9f]*$",
            "maxLength": 100,
        },
        "examples": [{ "en": "Newsletter", "fr": "Infolettre" }],
    });
    ContactKey: |_generator| json_schema!({
        "type": "string",
        "pattern": format!("^{}$", value("")),
        "examples": ["4711"],
    });
    ContactKeyInPath: |_generator| json_schema!({
        "type": "string",
        "pattern": format!("^{}$", value("@/%")),
        "examples": ["4711"],
    });
    Attribute: |_generator| json_schema!({
        "type": "string",
        "pattern": "^[a-z0-9_]{1,32}$",
        "examples": ["city"],
    });
    Label: |_generator| json_schema!({ "type": "string", "pattern": SHOWN, "maxLength": 100 });
    Choices: |_generator| json_schema!({
        "type": "array",
        "items": { "type": "string", "pattern": SHOWN, "maxLength": 100 },
        "maxItems": 200,
        "uniqueItems": true,
    });
    MergeTag: |_generator| json_schema!({
        "type": "string",
        "pattern": "^[!$%()*+,.0-9:;=@A-Z\\[\\]^_`a-z{|}~-]{1,100}$",
    });
    Base: |_generator| json_schema!({ "type": "string", "pattern": HTTPS, "maxLength": 2048 });
    Language: |_generator| json_schema!({ "type": "string", "pattern": LANGUAGE });
    Languages: |_generator| json_schema!({
        "type": "array",
        "items": { "type": "string", "pattern": LANGUAGE },
        "minItems": 1,
    });
    DisplayName: |_generator| json_schema!({
        "type": "string",
        "pattern": "^[^\\x00-\\x1f\\x7f-\\x9f]*[!-~][^\\x00-\\x1f\\x7f-\\x9f]*$",
        "minLength": 1,
        "maxLength": 200,
    });
    Notice: |_generator| json_schema!({ "type": "string", "pattern": HTTPS, "maxLength": 2048 });
    Receiver: |_generator| json_schema!({ "type": "string", "pattern": HTTPS, "maxLength": 2048 });
}
