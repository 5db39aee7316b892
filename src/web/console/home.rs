//! The first page of the console: what there is to do, for who is there.

use super::visit::Visit;
use super::{Answer, texts};
use std::sync::Arc;

/// Shows it.
pub async fn show(visit: Arc<Visit>) -> Answer {
    visit.show("console/home.html", visit.context(texts::text("home_title")))
}
