//! Rules that passed every check, of either kind.

use super::{FILES_LIMIT, PolicyKind};
use crate::error::{Error, Result};
use crate::publication::files_fit;
use serde::Serialize;
use throughline_policy::guide::Section;
use throughline_policy::source::SourceFile;
use throughline_policy::{DeliveryPolicy, Policy, Problem, Sources};

/// A policy of either kind.
#[derive(Debug)]
pub enum Compiled {
    /// What may be done.
    Business(Box<Policy>),
    /// Whether a message may go out.
    Delivery(Box<DeliveryPolicy>),
}

impl Compiled {
    /// Compiles.
    ///
    /// # Errors
    /// All problems, with file and line.
    pub fn of(kind: PolicyKind, sources: &Sources) -> Result<Self, Vec<Problem>> {
        Ok(match kind {
            PolicyKind::Business => Self::Business(Box::new(Policy::compile(sources)?)),
            PolicyKind::Delivery => Self::Delivery(Box::new(DeliveryPolicy::compile(sources)?)),
        })
    }

    /// Which rules these are.
    pub fn kind(&self) -> PolicyKind {
        match self {
            Self::Business(_) => PolicyKind::Business,
            Self::Delivery(_) => PolicyKind::Delivery,
        }
    }

    /// The hash of its files, which decisions name.
    pub fn version(&self) -> &str {
        match self {
            Self::Business(policy) => policy.version().as_str(),
            Self::Delivery(policy) => policy.version().as_str(),
        }
    }

    /// Its files.
    pub fn sources(&self) -> &Sources {
        match self {
            Self::Business(policy) => policy.sources(),
            Self::Delivery(policy) => policy.sources(),
        }
    }

    /// Its document, each statement with the rules that enforce it.
    pub fn guide(&self) -> Vec<Section> {
        match self {
            Self::Business(policy) => policy.guide(),
            Self::Delivery(policy) => policy.guide(),
        }
    }
}

/// What a check came to.
#[derive(Clone, Debug, Serialize, utoipa::ToSchema)]
#[schema(as = PolicyCheck)]
pub struct Checked {
    /// The hash of the files; none when they cannot be used.
    pub version: Option<String>,
    /// What keeps them from being used.
    pub problems: Vec<Problem>,
    /// The document, each statement with the rules that enforce it; empty when there are problems.
    pub sections: Vec<Section>,
}

/// Checks the files of an edit.
///
/// # Errors
/// When the check was cut short.
pub async fn check(kind: PolicyKind, files: Vec<SourceFile>) -> Result<Checked> {
    Ok(match compile(kind, files).await? {
        Ok(compiled) => Checked {
            version: Some(compiled.version().to_owned()),
            problems: Vec::new(),
            sections: compiled.guide(),
        },
        Err(problems) => Checked {
            version: None,
            problems,
            sections: Vec::new(),
        },
    })
}

/// Compiles files away from the threads that serve requests.
pub(super) async fn compile(
    kind: PolicyKind,
    files: Vec<SourceFile>,
) -> Result<Result<Compiled, Vec<Problem>>> {
    let named = files
        .iter()
        .map(|file| (file.name.as_str(), file.text.as_str()));
    files_fit(named, FILES_LIMIT)?;
    let compiling = tokio::task::spawn_blocking(move || {
        let files = files.into_iter().map(|file| (file.name, file.text));
        Compiled::of(kind, &Sources::from_files(files)?)
    });
    compiling
        .await
        .map_err(|error| Error::Conflict(format!("the rules could not be read: {error}")))
}

/// Compiles files that must be usable.
///
/// # Errors
/// [`Error::Invalid`] that names every problem.
pub async fn usable(kind: PolicyKind, files: Vec<SourceFile>) -> Result<Compiled> {
    compile(kind, files).await?.map_err(|problems| {
        let lines: Vec<String> = problems.iter().map(ToString::to_string).collect();
        Error::invalid("files", lines.join("\n"))
    })
}
