//! The outbox worker: takes queued mails and delivers them over SMTP.
