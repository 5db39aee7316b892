//! Java expressions for names and passwords, matched as `String.matches` does: the whole text, ASCII classes.
//!
//! Deployments bring these expressions with them (`PasswordJavaRegEx`, `passwordPolicy.pattern`), look-ahead
//! included. They are compiled once and kept; one that cannot be compiled matches nothing and is logged. Knows
//! nothing of what is matched.

use fancy_regex::Regex;
use std::collections::HashMap;
use std::sync::{Arc, LazyLock, Mutex, PoisonError};

/// Expressions kept compiled; they come from configuration, so there are only a few.
const KEPT: usize = 64;

static COMPILED: LazyLock<Mutex<HashMap<String, Option<Arc<Regex>>>>> = LazyLock::new(Mutex::default);

/// Whether the whole of `text` matches the Java expression `pattern`.
#[must_use]
pub fn matches(pattern: &str, text: &str) -> bool {
    // A text that makes the expression backtrack without end is refused, not waited for.
    compiled(pattern).is_some_and(|regex| regex.is_match(text).unwrap_or(false))
}

/// Whether `pattern` is an expression at all, for those who accept one.
#[must_use]
pub fn is_valid(pattern: &str) -> bool {
    // Not kept, and not logged either: it is whoever asks that says what is wrong.
    Regex::new(&whole_text(pattern)).is_ok()
}

fn compiled(pattern: &str) -> Option<Arc<Regex>> {
    let mut kept = COMPILED.lock().unwrap_or_else(PoisonError::into_inner);
    if let Some(known) = kept.get(pattern) {
        return known.clone();
    }
    let regex = match Regex::new(&whole_text(pattern)) {
        Ok(regex) => Some(Arc::new(regex)),
        Err(error) => {
            tracing::warn!(pattern, %error, "this expression cannot be compiled and will match nothing");
            None
        }
    };
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(pattern.to_owned(), regex.clone());
    regex
}

/// The expression in this engine's words: Java's `\d \w \s` and `\p{Punct}` mean ASCII, `\Q…\E` quotes.
fn whole_text(pattern: &str) -> String {
    let mut out = String::with_capacity(pattern.len() + 8);
    out.push_str(r"\A(?:");
    let mut rest = pattern;
    while let Some(at) = rest.find('\\') {
        let (before, from) = rest.split_at(at);
        out.push_str(before);
        rest = translate_escape(from, &mut out);
    }
    out.push_str(rest);
    out.push_str(r")\z");
    out
}

/// Translates the escape at the start of `from` and returns what follows it.
fn translate_escape<'p>(from: &'p str, out: &mut String) -> &'p str {
    const BLANK: &str = r" \t\n\x0B\f\r";
    let mut letters = from.chars();
    letters.next();
    let Some(letter) = letters.next() else {
        out.push_str(from);
        return "";
    };
    let rest = letters.as_str();
    match letter {
        'd' => out.push_str("[0-9]"),
        'D' => out.push_str("[^0-9]"),
        'w' => out.push_str("[a-zA-Z_0-9]"),
        'W' => out.push_str("[^a-zA-Z_0-9]"),
        's' => out.push_str(&format!("[{BLANK}]")),
        'S' => out.push_str(&format!("[^{BLANK}]")),
        'Z' => out.push_str(r"\z"),
        'Q' => {
            let (quoted, rest) = rest.split_once(r"\E").unwrap_or((rest, ""));
            out.push_str(&fancy_regex::escape(quoted));
            return rest;
        }
        'p' | 'P' => {
            if let Some((class, rest)) = rest.strip_prefix('{').and_then(|name| name.split_once('}'))
                && let Some(name) = ascii_class(class)
            {
                out.push_str(if letter == 'p' { "[[:" } else { "[[:^" });
                out.push_str(name);
                out.push_str(":]]");
                return rest;
            }
            out.push('\\');
            out.push(letter);
        }
        _ => {
            out.push('\\');
            out.push(letter);
        }
    }
    rest
}

/// The POSIX classes of `java.util.regex.Pattern`, which are ASCII there.
fn ascii_class(java: &str) -> Option<&'static str> {
    Some(match java {
        "Lower" => "lower",
        "Upper" => "upper",
        "ASCII" => "ascii",
        "Alpha" => "alpha",
        "Digit" => "digit",
        "Alnum" => "alnum",
        "Punct" => "punct",
        "Graph" => "graph",
        "Print" => "print",
        "Blank" => "blank",
        "Cntrl" => "cntrl",
        "XDigit" => "xdigit",
        "Space" => "space",
        _ => return None,
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    /// The expression that ships as `passwordPolicy.pattern`.
    const POLICY: &str = r"^((?=.*\d)(?=.*[a-z])(?=.*[A-Z])(?=.*[!@#$%&*])).{0,100}$";

    #[test]
    fn the_shipped_expressions_accept_and_refuse_what_java_does() {
        for (pattern, text, expected) in [
            (r"^[\S]{5,30}$", "Old@1234", true),
            (r"^[\S]{5,30}$", "four", false),
            (r"^[\S]{5,30}$", "with blank", false),
            (POLICY, "AbNew@123", true),
            (POLICY, "abnew@123", false),
            (POLICY, "AbNewWithout@Digit", false),
            (r"[a-zA-Z0-9._-|//]{3,30}$", "tom", true),
            (r"[a-zA-Z0-9._-|//]{3,30}$", "PRIMARY/tom", true),
            (r"[a-zA-Z0-9._-|//]{3,30}$", "a-b", false),
            (r"[a-zA-Z0-9._-|//]{3,30}$", "a@b", false),
            (r"[a-zA-Z0-9._-|//]{3,30}$", "test role", false),
        ] {
            assert_eq!(matches(pattern, text), expected, "{pattern} on {text}");
        }
    }

    #[test]
    fn the_whole_text_has_to_match() {
        assert!(!matches("[a-z]{3}", "abcd"));
        assert!(!matches("a|b", "ab"));
        assert!(matches("a|b", "b"));
        assert!(!matches("^abc$", "abc\n"));
    }

    #[test]
    fn classes_mean_ascii_as_in_java() {
        assert!(!matches(r"\d+", "٣"));
        assert!(!matches(r"\w+", "é"));
        assert!(matches(r"[^\W]+", "e_9"));
        assert!(matches(r"\S+", "p\u{a0}q"), "a no-break space is no blank to Java");
        assert!(matches(r"\p{Punct}+", "$+<=>^`|~"), "symbols count as punctuation to Java");
        assert!(matches(r"[\p{Upper}\p{Digit}]+", "A1"));
        assert!(matches(r"\P{Alpha}+", "12"));
    }

    #[test]
    fn quoted_text_is_literal() {
        assert!(matches(r"\Qa.b\E\d", "a.b1"));
        assert!(!matches(r"\Qa.b\E", "axb"));
        assert!(matches(r"\Qopen[", "open["));
    }

    #[test]
    fn an_expression_that_is_none_matches_nothing() {
        assert!(!matches("[a-z", "a"));
        assert!(!is_valid("[a-z"));
        assert!(is_valid(POLICY));
    }
}
