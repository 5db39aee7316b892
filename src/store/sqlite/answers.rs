//! How callers learn what became of their writes.

use super::writer::Job;
use std::sync::OnceLock;
use tokio::runtime::Handle;
use tokio::sync::mpsc;

/// Those of one commit, and why it was lost if it was.
pub(super) struct Batch {
    pub(super) jobs: Vec<Box<dyn Job>>,
    pub(super) lost: Option<String>,
}

impl Batch {
    fn answer(self) {
        for job in self.jobs {
            job.answer(self.lost.as_deref());
        }
    }
}

/// In a server, a task among those that wait answers all callers of a commit: to wake one of its threads from outside
/// costs more than to answer, and is paid once for all of them then. Elsewhere the writer does it.
#[derive(Debug, Default)]
pub(super) struct Answers {
    desk: OnceLock<mpsc::UnboundedSender<Batch>>,
}

impl std::fmt::Debug for Batch {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "Batch of {}", self.jobs.len())
    }
}

impl Answers {
    /// From now on they are given inside of the runtime that this is called in, if it is.
    pub(super) fn serve(&self) {
        let Ok(runtime) = Handle::try_current() else { return };
        let (desk, mut batches) = mpsc::unbounded_channel::<Batch>();
        if self.desk.set(desk).is_ok() {
            runtime.spawn(async move {
                while let Some(batch) = batches.recv().await {
                    batch.answer();
                }
            });
        }
    }

    /// Answers all of them, in the order they came.
    pub(super) fn give(&self, batch: Batch) {
        match self.desk.get() {
            None => batch.answer(),
            // The runtime has ended; somebody may wait outside of it.
            Some(desk) => desk.send(batch).unwrap_or_else(|mpsc::error::SendError(batch)| batch.answer()),
        }
    }
}
