//! How a benchmark is asked for.

/// What a benchmark is to do.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Wanted {
    /// Measure, which takes minutes and an optimised build.
    Figures,
    /// Show that it still works, with next to nothing of everything.
    Trial,
    /// Nothing: other tests were asked for.
    Nothing,
}

/// `cargo bench` wants figures, or with the word `quick` a trial. So does `cargo test`, whose filter may leave it out.
pub fn wanted(benchmark: &str) -> Wanted {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    if arguments.iter().any(|argument| argument == "--bench") {
        let quick = arguments.iter().any(|argument| argument == "quick");
        return if quick { Wanted::Trial } else { Wanted::Figures };
    }
    let mut filters = arguments.iter().filter(|argument| !argument.starts_with('-')).peekable();
    let is_left_out = filters.peek().is_some() && !filters.any(|filter| benchmark.contains(filter.as_str()));
    if is_left_out || arguments.iter().any(|argument| argument == "--list") {
        return Wanted::Nothing;
    }
    Wanted::Trial
}
