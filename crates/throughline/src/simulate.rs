//! `simulate`: tries things out without customers.

mod procedures;
mod routing;

/// What to try out.
#[derive(clap::Subcommand)]
pub enum Command {
    /// Plays the tests of every procedure and made-up customers on every channel. Tools that only read are really
    /// called; those that change something are answered for. Ends with 1 when a test fails, when a verdict differs
    /// between channels, or when something known is asked again.
    Procedures(procedures::Procedures),
    /// Lets made-up customers call, wait and lose patience while the real router decides who answers: how long they
    /// wait with these agents and skills. Where theory knows the answer (Erlang C and A), it stands beside it.
    Routing(routing::Routing),
}

/// Runs the command.
///
/// # Errors
/// What came out otherwise than expected.
pub async fn run(command: Command) -> Result<(), String> {
    match command {
        Command::Procedures(wanted) => procedures::run(wanted).await,
        Command::Routing(wanted) => routing::run(&wanted),
    }
}
