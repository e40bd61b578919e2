//! What may be put into the outbox.

use super::*;

/// An outbox as the command line puts it.
pub fn sample() -> Outbox {
    let person = |id: &str, name: &str| Recipient {
        id: id.to_owned(),
        name: name.to_owned(),
        contact: format!("demo-{id}"),
        story: "never asked".to_owned(),
        click: "AbC_-9".to_owned(),
        preferences: "xyz".to_owned(),
    };
    Outbox {
        organisation: OrganisationId::from_bytes([1; 16]),
        key: "assent_0123".to_owned(),
        message: MessageId::from_bytes([2; 16]),
        template: "<html><head></head></html>".to_owned(),
        people: vec![person("anna", "Anna"), person("chloe", "Chloé")],
    }
}

fn pointer(change: impl FnOnce(&mut Outbox)) -> Option<String> {
    let mut outbox = sample();
    change(&mut outbox);
    check(&outbox).err().and_then(|problem| problem.pointer)
}

#[test]
fn a_mistake_is_answered_with_its_place() {
    assert_eq!(pointer(|_| ()), None);
    let cases: [(fn(&mut Outbox), &str); 8] = [
        (|o| o.key.clear(), "/key"),
        (|o| o.template.clear(), "/template"),
        (|o| o.people.clear(), "/people"),
        (|o| o.people[1].id = "anna".to_owned(), "/people/0/id"),
        (|o| o.people[0].id = "../anna".to_owned(), "/people/0/id"),
        (|o| o.people[1].name = "a\nb".to_owned(), "/people/1/name"),
        (|o| o.people[0].contact.clear(), "/people/0/contact"),
        (
            |o| o.people[0].click = "\"><script>".to_owned(),
            "/people/0/click",
        ),
    ];
    for (change, expected) in cases {
        assert_eq!(pointer(change).as_deref(), Some(expected));
    }
}
