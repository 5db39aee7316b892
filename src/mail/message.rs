//! A queued mail as a MIME message: UTF-8, one part, the same identity over all attempts.

use super::Failure;
use crate::domain::SecretKey;
use crate::store::outbox::Taken;
use lettre::Address;
use lettre::message::header::ContentTransferEncoding;
use lettre::message::header::{ContentType, HeaderName, HeaderValue};
use lettre::message::{Body, Mailbox, SinglePart};
use std::time::{Duration, UNIX_EPOCH};

/// Marks mails that no one should answer with an out-of-office note (RFC 3834).
const AUTO_SUBMITTED: HeaderName = HeaderName::new_from_ascii_str("Auto-Submitted");

/// Opens the sealed text and composes the message.
pub(super) fn compose(mail: &Taken, from: &Mailbox, key: &SecretKey) -> Result<lettre::Message, Failure> {
    let open = |sealed: &str| {
        key.open(&mail.message_id, sealed).ok_or_else(|| {
            Failure::Never("its text was sealed with another key than this installation's".into())
        })
    };
    let (subject, body) = (open(&mail.subject)?, open(&mail.body)?);
    let to = mail
        .recipient
        .parse()
        .map(|address| with_ascii_domain(Mailbox::new(None, address)))
        .map_err(|_| Failure::Never(format!("{} is not a mail address", mail.recipient)))?;
    let written = UNIX_EPOCH + Duration::from_millis(u64::try_from(mail.created_at).unwrap_or(0));
    let part =
        SinglePart::builder().content_type(content_type(&mail.content_type)).body(encoded(body.reveal()));
    lettre::Message::builder()
        .from(with_ascii_domain(from.clone()))
        .to(to)
        .subject(subject.reveal())
        .date(written)
        .message_id(Some(format!("<{}>", mail.message_id)))
        .raw_header(HeaderValue::new(AUTO_SUBMITTED, "auto-generated".to_owned()))
        .singlepart(part)
        .map_err(|error| Failure::Never(format!("the message cannot be composed: {error}")))
}

/// The same mailbox, its domain as the name system knows it (RFC 5891): every mail server takes that, and only letters in
/// front of the `@` need one that knows SMTPUTF8.
fn with_ascii_domain(mailbox: Mailbox) -> Mailbox {
    let address = &mailbox.email;
    let domain = idna::domain_to_ascii(address.domain()).ok();
    match domain.and_then(|domain| Address::new(address.user(), domain).ok()) {
        Some(email) => Mailbox { email, ..mailbox },
        None => mailbox,
    }
}

/// Plain ASCII in short lines travels as it is, so that a link can be read in the source of the mail; anything else is
/// encoded. Control characters always are: mail servers do not agree on what ends a line.
fn encoded(text: &str) -> Body {
    let text = text.replace("\r\n", "\n").replace('\n', "\r\n");
    let mut lines = text.split("\r\n");
    if lines.clone().any(|line| line.contains(|letter: char| letter.is_ascii_control() && letter != '\t')) {
        return Body::new_with_encoding(text, ContentTransferEncoding::Base64).unwrap_or_else(Body::new);
    }
    if text.is_ascii() && lines.all(|line| line.len() <= 900) {
        // The library's own check stops at 76 characters; RFC 5322 allows 998.
        return Body::dangerous_pre_encoded(text.into_bytes(), ContentTransferEncoding::SevenBit);
    }
    Body::new(text)
}

/// The template's type, always in UTF-8. Whatever is not HTML is plain text.
fn content_type(stored: &str) -> ContentType {
    if stored.trim().to_ascii_lowercase().starts_with("text/html") {
        ContentType::TEXT_HTML
    } else {
        ContentType::TEXT_PLAIN
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn key() -> SecretKey {
        SecretKey::new(&[1; 32]).unwrap()
    }

    fn mail(subject: &str, body: &str, content_type: &str) -> Taken {
        Taken {
            id: 7,
            template: "accountlock".into(),
            recipient: "tom@example.org".into(),
            subject: key().seal("id@host", subject).unwrap(),
            body: key().seal("id@host", body).unwrap(),
            content_type: content_type.into(),
            message_id: "id@host".into(),
            attempts: 1,
            created_at: 1_700_000_000_000,
            expires_at: i64::MAX,
        }
    }

    fn composed(mail: &Taken) -> String {
        let from = "Soapstone <noreply@example.org>".parse().unwrap();
        String::from_utf8(compose(mail, &from, &key()).unwrap().formatted()).unwrap()
    }

    // K114
    #[test]
    fn letters_beyond_ascii_are_encoded_and_marked_as_utf_8() {
        let text = composed(&mail("Passwort für Zoë", "Grüße, Ωμέγα\n", "text/plain"));
        assert!(text.is_ascii());
        assert!(
            text.contains("Subject: =?utf-8?b?") || text.contains("Subject: Passwort =?utf-8?b?"),
            "{text}"
        );
        assert!(text.contains("Content-Type: text/plain; charset=utf-8\r\n"), "{text}");
        assert!(text.contains("Content-Transfer-Encoding: "), "{text}");
    }

    #[test]
    fn a_message_keeps_its_identity_and_date_over_all_attempts() {
        let text = composed(&mail("s", "b", "text/html"));
        for line in [
            "Message-ID: <id@host>",
            "Date: Tue, 14 Nov 2023 22:13:20 +0000",
            "From: Soapstone <noreply@example.org>",
            "To: tom@example.org",
            "Auto-Submitted: auto-generated",
            "Content-Type: text/html; charset=utf-8",
            "MIME-Version: 1.0",
        ] {
            assert!(text.contains(&format!("{line}\r\n")), "{line} in {text}");
        }
        assert_eq!(text, composed(&mail("s", "b", "text/html")));
    }

    #[test]
    fn a_content_type_that_is_none_means_plain_text() {
        assert!(
            composed(&mail("s", "b", "rubbish\r\nX: y")).contains("Content-Type: text/plain; charset=utf-8")
        );
    }

    #[test]
    fn an_address_that_is_none_is_refused_for_good() {
        let from = "noreply@example.org".parse().unwrap();
        for address in [
            "tom at example",
            "tom@example.org\r\nBcc: eve@example.org",
            "tom@example.org>\r\nRCPT TO:<eve@example.org",
            "tom@example.org, eve@example.org",
            "<tom@example.org>",
        ] {
            let mail = Taken { recipient: address.into(), ..mail("s", "b", "text/plain") };
            let refused = compose(&mail, &from, &key()).unwrap_err();
            assert_eq!(refused, Failure::Never(format!("{address} is not a mail address")));
        }
    }

    #[test]
    fn nothing_in_a_text_ends_a_line_a_header_or_a_message_that_we_did_not_end() {
        for (subject, body) in [
            ("a\rBcc: eve@example.org", "b\r.\rMAIL FROM:<eve@example.org>"),
            ("a\nBcc: eve@example.org", "b\n.\r\r\n.\n\r.\rc"),
            ("a\r\n\r\nb", "b\0\u{b}\u{c}\u{7f}"),
        ] {
            let text = composed(&mail(subject, body, "text/plain"));
            assert!(!text.replace("\r\n", "").contains(['\r', '\n', '\0']), "{text:?}");
            let (head, _) = text.split_once("\r\n\r\n").unwrap();
            assert!(
                head.contains("\r\nContent-Type: ") && head.contains("\r\nMessage-ID: <id@host>"),
                "{text:?}"
            );
            assert!(!head.lines().any(|line| line.starts_with("Bcc")), "{text:?}");
        }
    }

    #[test]
    fn a_text_of_another_installation_is_refused_for_good() {
        let from = "noreply@example.org".parse().unwrap();
        let other = SecretKey::new(&[2; 32]).unwrap();
        assert!(matches!(compose(&mail("s", "b", "text/plain"), &from, &other), Err(Failure::Never(_))));
    }
}
