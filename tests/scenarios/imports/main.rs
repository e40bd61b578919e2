//! Files of decisions: every line that can be used is in force when it is acknowledged, whatever happens on the way.

mod lines;
mod whole;

fn line(contact: usize, granted: bool, micros: usize) -> String {
    format!(
        "contact^^{contact}^set^gdpr^dc={0}&al={0}^{micros:016}\n",
        u8::from(granted)
    )
}
