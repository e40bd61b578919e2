//! Receipts, for the organisation and for the person.

use domain::log::checkpoint::Checkpoint;
use domain::log::proof::ProofPlan;
use domain::log::receipt::{Receipt, ReceiptParts, ReceiptProof};
use domain::{OrganisationId, Subject};
use store::{LogHead, Organisation, Store, WhichDecision};

use crate::{Context, Problem, log_keys};

/// What a head says.
pub fn checkpoint_of(organisation: OrganisationId, head: LogHead) -> Checkpoint {
    Checkpoint {
        origin: Checkpoint::origin_of(organisation),
        size: head.size,
        root: head.root,
    }
}

/// The receipt of the newest such decision, or of the one with this `seq`, with its signed form; nothing if there is no such
/// decision. Seals what is new first.
pub async fn receipt(
    context: &Context,
    store: &Store,
    organisation: &Organisation,
    subject: &Subject,
    which: WhichDecision<'_>,
    seq: Option<i64>,
) -> Result<Option<(Receipt, String)>, Problem> {
    let keys = log_keys().await?;
    let id = organisation.id;
    let head = store.seal(id, context.now).await?;
    let Some(sealed) = store.sealed_signal(id, subject, which, seq).await? else {
        return Ok(None);
    };
    // Others may have sealed it since.
    let head = if sealed.index < head.size {
        head
    } else {
        store.seal(id, context.now).await?
    };
    let missing = || Problem::internal("a decision is not in the log");
    let plan = ProofPlan::inclusion(sealed.index, head.size).ok_or_else(missing)?;
    let path = store.log_proof(id, &plan).await?;
    let proof = ReceiptProof {
        leaf: sealed.leaf,
        leaf_key: sealed.leaf_key,
        index: sealed.index,
        path: path.ok_or_else(missing)?,
        checkpoint: checkpoint_of(id, head).signed(&keys),
    };
    let parts = ReceiptParts {
        subject: subject.as_str(),
        request_id: &sealed.request_id,
        item: sealed.item,
        shown: sealed.shown,
        settings: &organisation.settings,
        proof,
    };
    let receipt = Receipt::new(parts, context.now).ok_or_else(missing)?;
    let signed = receipt.signed(&keys).ok_or_else(missing)?;
    Ok(Some((receipt, signed)))
}

/// A receipt in a form that was sent, with a field to paste it into and one for its file: the first field that has one,
/// without white space. A body of another type is taken as it is.
pub fn receipt_in(content_type: &str, body: &[u8]) -> Option<String> {
    let mut parts = content_type.split(';').map(str::trim);
    let essence = parts.next().unwrap_or_default().to_ascii_lowercase();
    let fields: Vec<Vec<u8>> = match essence.as_str() {
        "multipart/form-data" => {
            let boundary = parts.find_map(|parameter| parameter.strip_prefix("boundary="))?;
            multipart(boundary.trim_matches('"'), body)
        }
        "application/x-www-form-urlencoded" => {
            let fields = crate::form_fields(body).into_iter();
            fields.map(|(_, value)| value.into_bytes()).collect()
        }
        _ => vec![body.to_vec()],
    };
    fields.into_iter().find_map(|field| {
        let text = String::from_utf8(field).ok()?;
        let text: String = text.split_whitespace().collect();
        // Each JWS is base64url, and begins with a JSON object.
        (text.is_ascii() && text.starts_with("eyJ")).then_some(text)
    })
}

/// What is in the parts (RFC 7578).
fn multipart(boundary: &str, body: &[u8]) -> Vec<Vec<u8>> {
    if boundary.is_empty() {
        return Vec::new();
    }
    // The first boundary has no line end before it.
    let body = [b"\r\n", body].concat();
    let separator = format!("\r\n--{boundary}");
    let mut parts = pieces(&body, separator.as_bytes()).skip(1);
    let mut contents = Vec::new();
    while let Some(part) = parts.next().filter(|part| !part.starts_with(b"--")) {
        let mut headers_and_content = pieces(part, b"\r\n\r\n");
        if headers_and_content.next().is_some() {
            let content: Vec<&[u8]> = headers_and_content.collect();
            contents.push(content.join(&b"\r\n\r\n"[..]));
        }
    }
    contents
}

/// What is between the separators.
fn pieces<'a>(text: &'a [u8], separator: &'a [u8]) -> impl Iterator<Item = &'a [u8]> {
    let mut rest = Some(text);
    std::iter::from_fn(move || {
        let text = rest?;
        let place = text.windows(separator.len()).position(|at| at == separator);
        let Some((piece, after)) = place.and_then(|place| text.split_at_checked(place)) else {
            rest = None;
            return Some(text);
        };
        rest = after.get(separator.len()..);
        Some(piece)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_receipt_is_found_however_it_is_sent() {
        let file = "--x\r\nContent-Disposition: form-data; name=\"receipt\"\r\n\r\n\r\n--x\r\nContent-Disposition: \
            form-data; name=\"file\"; filename=\"r.jws\"\r\nContent-Type: application/jose\r\n\r\neyJ.a.b\n\r\n--x--\r\n";
        let pasted = "--x\r\nContent-Disposition: form-data; name=\"receipt\"\r\n\r\n eyJ.\r\na.b \r\n--x--\r\n";
        for (kind, body) in [
            ("multipart/form-data; boundary=x", file),
            ("Multipart/Form-Data; boundary=\"x\"", pasted),
            (
                "application/x-www-form-urlencoded",
                "receipt=eyJ.%0D%0Aa.b+&file=",
            ),
            ("text/plain", "eyJ.a.b\n"),
            ("", "eyJ.a.b"),
        ] {
            let found = receipt_in(kind, body.as_bytes());
            assert_eq!(found.as_deref(), Some("eyJ.a.b"), "{kind}");
        }
        for (kind, body) in [
            ("multipart/form-data", file),
            ("multipart/form-data; boundary=", file),
            ("multipart/form-data; boundary=y", file),
            ("application/x-www-form-urlencoded", "receipt="),
            ("text/plain", "hello"),
            ("", ""),
        ] {
            assert_eq!(receipt_in(kind, body.as_bytes()), None, "{kind}");
        }
    }
}
