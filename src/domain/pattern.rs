//! Java expressions for names and passwords, matched as `String.matches` does: the whole text, ASCII classes.
//!
//! Deployments bring these expressions with them (`PasswordJavaRegEx`, `passwordPolicy.pattern`), look-ahead
//! included. They are compiled once and kept; one that cannot be compiled is logged, and matches nothing. Knows nothing
//! of what is matched.

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

/// As [`is_valid`], for those who go by something else where it is none: the log says so, once and not at every password.
#[must_use]
pub fn is_usable(pattern: &str) -> bool {
    compiled(pattern).is_some()
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
            // One that came with the settings ends the start; this one somebody has stored.
            tracing::warn!(pattern, %error, "this expression cannot be compiled: it matches nothing, or its default counts");
            None
        }
    };
    if kept.len() >= KEPT {
        kept.clear();
    }
    kept.insert(pattern.to_owned(), regex.clone());
    regex
}

/// The expression in this engine's words: Java's `\d \w \s` and `\p{Punct}` mean ASCII, `\h` is white space and no
/// hexadecimal digit, `\Q…\E` quotes.
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
    const HORIZONTAL: &str = r" \t\xA0\x{1680}\x{180E}\x{2000}-\x{200A}\x{202F}\x{205F}\x{3000}";
    const VERTICAL: &str = r"\n\x0B\f\r\x{85}\x{2028}\x{2029}";
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
        'h' => out.push_str(&format!("[{HORIZONTAL}]")),
        'H' => out.push_str(&format!("[^{HORIZONTAL}]")),
        'v' => out.push_str(&format!("[{VERTICAL}]")),
        'V' => out.push_str(&format!("[^{VERTICAL}]")),
        'R' => out.push_str(&format!(r"(?:\r\n|[{VERTICAL}])")),
        'Z' => out.push_str(r"\z"),
        // What is no letter of ASCII stands for itself; here two of them do not.
        '<' | '>' => out.push(letter),
        _ if !letter.is_ascii() => out.push(letter),
        'Q' => {
            let (quoted, rest) = rest.split_once(r"\E").unwrap_or((rest, ""));
            out.push_str(&fancy_regex::escape(quoted));
            return rest;
        }
        'p' | 'P' => {
            if let Some((class, rest)) = rest.strip_prefix('{').and_then(|name| name.split_once('}'))
                && let Some(members) = members(class)
            {
                out.push_str(if letter == 'p' { "[" } else { "[^" });
                out.push_str(members);
                out.push(']');
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

/// The classes of `java.util.regex.Pattern` that have other names here: those of POSIX, which are ASCII there, and those
/// of `java.lang.Character`, which are not.
fn members(java: &str) -> Option<&'static str> {
    Some(match java {
        "Lower" => "[:lower:]",
        "Upper" => "[:upper:]",
        "ASCII" => "[:ascii:]",
        "Alpha" => "[:alpha:]",
        "Digit" => "[:digit:]",
        "Alnum" => "[:alnum:]",
        "Punct" => "[:punct:]",
        "Graph" => "[:graph:]",
        "Print" => "[:print:]",
        "Blank" => "[:blank:]",
        "Cntrl" => "[:cntrl:]",
        "XDigit" => "[:xdigit:]",
        "Space" => "[:space:]",
        "javaLowerCase" => r"\p{Lowercase}",
        "javaUpperCase" => r"\p{Uppercase}",
        "javaTitleCase" => r"\p{Lt}",
        "javaAlphabetic" => r"\p{Alphabetic}",
        "javaIdeographic" => r"\p{Ideographic}",
        "javaLetter" => r"\p{L}",
        "javaDigit" => r"\p{Nd}",
        "javaLetterOrDigit" => r"\p{L}\p{Nd}",
        "javaDefined" => r"\P{Cn}",
        "javaSpaceChar" => r"\p{Z}",
        "javaWhitespace" => r"\t-\r\x1C-\x1F\p{Z}&&[^\xA0\x{2007}\x{202F}]",
        "javaISOControl" => r"\x00-\x1F\x7F-\x{9F}",
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
    fn what_this_engine_reads_otherwise_means_what_it_means_in_java() {
        for (pattern, yes, no) in [
            (r"a\hb", "a\u{a0}b", "acb"),
            (r"[^\h]+", "beef", "be ef"),
            (r"\H+", "beef", "be\tef"),
            (r"a\vb", "a\u{2028}b", "a b"),
            (r"\V+", "a b", "a\nb"),
            (r"a\Rb", "a\r\nb", "a\n\nb"),
            (r"\p{javaUpperCase}+", "ÄÖ", "Äö"),
            (r"\P{javaUpperCase}+", "äö1", "Äö"),
            (r"(?=.*\p{javaLowerCase})(?=.*\p{javaDigit}).{3,}", "ß٣x", "ABC"),
            (r"[\p{javaLetterOrDigit}_]+", "é_٣", "a-b"),
            (r"[\p{javaWhitespace}x]+", "x\u{2003}\u{1c}", "x\u{a0}"),
            (r"\P{javaWhitespace}+", "x\u{a0}", "x y"),
            (r"\p{IsAlphabetic}+\p{IsLatin}", "éé", "é1"),
            (r"[\<\>]\<a\>\§[\€]", "<<a>§€", "a"),
            (r"\u0041\x42\t\e", "AB\t\u{1b}", "AB"),
            (r"[a-z&&[^b]]+", "ac", "ab"),
            (r"a++b", "aab", "b"),
        ] {
            assert!(matches(pattern, yes), "{pattern} on {yes:?}");
            assert!(!matches(pattern, no), "{pattern} on {no:?}");
        }
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
