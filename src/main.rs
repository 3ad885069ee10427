//! The command line; every subcommand is one call.

use std::process::ExitCode;

use bugscrub::config::{BadCommandLine, Cli, Command, SheetCommand};
use bugscrub::{commands, store, telemetry, terminal};

/// Faster than the system's for many small allocations, and gives memory back.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

#[tokio::main]
async fn main() -> ExitCode {
    let cli = match Cli::read(std::env::args_os()) {
        Ok(cli) => cli,
        Err(BadCommandLine::Flag(error)) => error.exit(),
        Err(BadCommandLine::Variable(error)) => {
            fail(&error);
            return ExitCode::from(2);
        }
    };
    if let Err(error) = telemetry::init_logs(cli.log.log_format, &cli.log.log) {
        return fail(&error);
    }
    let done = match cli.command {
        Command::Serve(args) => commands::serve(*args).await,
        Command::Demo(args) => commands::demo(args).await,
        Command::Migrate(args) => commands::migrate(args).await,
        Command::Rebuild(args) => commands::rebuild(args).await,
        Command::Deliver(args) => commands::deliver(args).await,
        Command::Ping(args) => commands::ping::ping(args).await,
        Command::Token(command) => commands::tokens::token(command).await,
        Command::Setup(args) => commands::github::setup(args).await,
        Command::Doctor(args) => commands::github::doctor(args).await,
        Command::Backfill(args) => commands::backfill::backfill(args).await,
        Command::Try(args) => commands::backfill::try_out(args).await,
        Command::Sheet(SheetCommand::Export { service, scrub, queue, visibility, csv, output, force }) => {
            commands::sheet::export(service, scrub, queue, visibility, csv, output, force).await
        }
        Command::Sheet(SheetCommand::Import { service, file, scrub, charset, dry_run, without }) => {
            commands::sheet::import(service, file, scrub, charset, dry_run, without).await
        }
        Command::Openapi => {
            bugscrub::say!("{}", bugscrub::http::openapi());
            Ok(ExitCode::SUCCESS)
        }
    };
    done.unwrap_or_else(|error| fail(error.as_ref()))
}

/// Says what went wrong, with its causes, to a person. A cause that says what was said before is left out.
fn fail(error: &dyn std::error::Error) -> ExitCode {
    let mut said = terminal::lines(&error.to_string());
    eprintln!("bugscrub: {said}");
    let mut cause = error.source();
    while let Some(error) = cause {
        let text = terminal::lines(&error.to_string());
        if !said.contains(&text) {
            eprintln!("  because: {}", store::without_source_line(&text));
            said.push_str(&text);
        }
        cause = error.source();
    }
    ExitCode::FAILURE
}
