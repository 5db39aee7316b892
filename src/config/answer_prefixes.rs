//! Checks of the prefixes that answers are given.

use super::Settings;
use super::settings::Mistake;

/// The first that cannot be used.
pub(super) fn mistake(settings: &Settings) -> Option<Mistake> {
    let key = "answer_prefixes";
    let mut known: Vec<(&str, &str)> = Vec::new();
    for one in &settings.answer_prefixes {
        let Some((prefix, namespace)) = one.split_once('=').filter(|(prefix, namespace)| {
            // Other prefixes have a meaning of their own, like `ns` and `xsi`.
            let number = prefix.strip_prefix("ax").unwrap_or_default();
            let is_number = !number.is_empty() && number.bytes().all(|b| b.is_ascii_digit());
            is_number && !namespace.is_empty() && !namespace.contains(char::is_whitespace)
        }) else {
            let hint = "write it like ax2615=http://dao.service.ws.um.carbon.wso2.org/xsd";
            return Some(Mistake { key, why: format!("{one:?} is no prefix with its namespace"), hint });
        };
        if known.iter().any(|(other, same)| *other == prefix || *same == namespace) {
            let hint = "give every namespace one prefix of its own";
            return Some(Mistake { key, why: format!("{one:?} repeats an earlier one"), hint });
        }
        known.push((prefix, namespace));
    }
    None
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(list: &[&str]) -> Option<&'static str> {
        let answer_prefixes = list.iter().map(|one| (*one).to_owned()).collect();
        mistake(&Settings { answer_prefixes, ..Settings::default() }).map(|mistake| mistake.hint)
    }

    #[test]
    fn a_prefix_is_written_with_its_namespace_and_once() {
        assert_eq!(of(&["ax2615=http://a.example/xsd", "ax21=http://b.example/xsd?x=y"]), None);
        for list in [["ax1=urn:a", "ax1=urn:b"], ["ax1=urn:a", "ax2=urn:a"]] {
            assert_eq!(of(&list), Some("give every namespace one prefix of its own"), "{list:?}");
        }
        for one in
            ["ax2615", "ax=urn:a", "ns=urn:a", "ax1 =urn:a", "axb=urn:a", "ax1=", "ax1=urn:a b", "=urn:a", ""]
        {
            assert_eq!(
                of(&[one]),
                Some("write it like ax2615=http://dao.service.ws.um.carbon.wso2.org/xsd"),
                "{one}"
            );
        }
    }
}
