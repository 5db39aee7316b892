//! `{{…}}` in mail templates, as IS 5.3.0 writes them: `{{user-name}}`, `{{user.claim.givenname}}`, `{{url:callback}}`.
//!
//! Values are put in literally and never looked at again, whatever characters they hold. One that is missing
//! leaves nothing behind, not even the blank in front of it, so that "Hello {{user.claim.givenname}}," becomes
//! "Hello,". Knows no template and no user.

/// What a text is going to be.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Form {
    /// Values are put in as they are.
    Plain,
    /// Values are escaped for HTML.
    Html,
}

/// A piece of a text.
enum Piece<'t> {
    Text(&'t str),
    Name(&'t str),
}

/// The text with every placeholder replaced by what `value` says.
pub fn fill(text: &str, form: Form, mut value: impl FnMut(&str) -> Option<String>) -> String {
    let mut out = String::with_capacity(text.len() + 64);
    let mut swallowed = false;
    for piece in pieces(text) {
        match piece {
            Piece::Text(text) => {
                if swallowed && out.ends_with(' ') && ends_a_phrase(text) {
                    out.pop();
                }
                out.push_str(text);
                swallowed = false;
            }
            Piece::Name(name) => {
                let found = match name.strip_prefix("url:") {
                    Some(name) => value(name.trim()).map(|value| url_encoded(&value)),
                    None => value(name).map(|value| if form == Form::Html { escaped(&value) } else { value }),
                };
                let found = found.unwrap_or_default();
                swallowed = found.is_empty();
                out.push_str(&found);
            }
        }
    }
    if swallowed && out.ends_with(' ') {
        out.pop();
    }
    out
}

/// The names of the placeholders, without `url:`.
pub fn names(text: &str) -> Vec<&str> {
    pieces(text)
        .into_iter()
        .filter_map(|piece| match piece {
            Piece::Name(name) => Some(name.strip_prefix("url:").map_or(name, str::trim)),
            Piece::Text(_) => None,
        })
        .collect()
}

/// Cuts a text at its placeholders. Braces around something that cannot be a name are text.
fn pieces(text: &str) -> Vec<Piece<'_>> {
    let mut found = Vec::new();
    let mut from = 0;
    let mut search = 0;
    while let Some(open) = text.get(search..).and_then(|rest| rest.find("{{")).map(|at| search + at) {
        let inside = text.get(open + 2..).unwrap_or_default();
        let name = inside.split_once("}}").map(|(name, _)| name);
        match name.filter(|name| !name.trim().is_empty() && !name.contains(['{', '}', '\n', '\r'])) {
            Some(name) => {
                found.push(Piece::Text(text.get(from..open).unwrap_or_default()));
                found.push(Piece::Name(name.trim()));
                from = open + 2 + name.len() + 2;
                search = from;
            }
            None => search = open + 1,
        }
    }
    found.push(Piece::Text(text.get(from..).unwrap_or_default()));
    found.retain(|piece| !matches!(piece, Piece::Text("")));
    found
}

fn ends_a_phrase(following: &str) -> bool {
    following.starts_with([',', '.', ';', ':', '!', '?', '\n', '\r'])
}

fn url_encoded(value: &str) -> String {
    form_urlencoded::byte_serialize(value.as_bytes()).collect()
}

fn escaped(value: &str) -> String {
    let mut out = String::with_capacity(value.len());
    for letter in value.chars() {
        match letter {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            _ => out.push(letter),
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    fn values(name: &str) -> Option<String> {
        Some(
            match name {
                "user-name" => r"a$b\c d",
                "user.claim.givenname" => "<b>x</b>",
                "nested" => "{{user-name}}",
                "empty" => "",
                "callback" => "https://h/p?a=b&c=ü*-._",
                _ => return None,
            }
            .to_owned(),
        )
    }

    // K109
    #[test]
    fn values_are_put_in_literally() {
        assert_eq!(fill("to {{user-name}}!", Form::Plain, values), r"to a$b\c d!");
        assert_eq!(fill("{{ nested }}", Form::Plain, values), "{{user-name}}");
    }

    #[test]
    fn url_values_are_form_encoded_as_java_does() {
        assert_eq!(fill("u={{url:user-name}}&x", Form::Html, values), "u=a%24b%5Cc+d&x");
        assert_eq!(
            fill("{{url:callback}}", Form::Plain, values),
            "https%3A%2F%2Fh%2Fp%3Fa%3Db%26c%3D%C3%BC*-._"
        );
    }

    // K111
    #[test]
    fn values_in_html_are_escaped_and_the_template_is_not() {
        assert_eq!(
            fill("<i>{{user.claim.givenname}}</i>", Form::Html, values),
            "<i>&lt;b&gt;x&lt;/b&gt;</i>"
        );
        assert_eq!(fill("<i>{{user.claim.givenname}}</i>", Form::Plain, values), "<i><b>x</b></i>");
    }

    // K108
    #[test]
    fn a_missing_value_leaves_a_neutral_text() {
        assert_eq!(fill("Hello {{user.claim.lastname}},\nbye", Form::Plain, values), "Hello,\nbye");
        assert_eq!(fill("Hello {{empty}}", Form::Plain, values), "Hello");
        assert_eq!(fill("a {{empty}} b", Form::Plain, values), "a  b");
        assert_eq!(fill("x={{nothing}}&y={{url:nothing}}", Form::Plain, values), "x=&y=");
    }

    #[test]
    fn braces_that_hold_no_name_are_text() {
        for text in ["{{", "}}", "a {{ b", "{{}}", "{{ }}", "{{a\nb}}", "{ {user-name} }", "{{a{b}}"] {
            assert_eq!(fill(text, Form::Plain, values), text, "{text}");
        }
        assert_eq!(fill("{{{user-name}}", Form::Plain, values), r"{a$b\c d");
    }

    #[test]
    fn names_are_listed_for_those_who_look_the_values_up() {
        assert_eq!(
            names("{{user-name}} {{url: user.claim.givenname }} {{ x }}"),
            ["user-name", "user.claim.givenname", "x"]
        );
    }
}
