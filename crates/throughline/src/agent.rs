//! The AI agent of an installation, put together from its configuration.

use crate::installation::Installation;
use std::path::Path;
use std::sync::Arc;
use throughline_brain::{Brain, BuiltIn, Business, ByModel, Phrase, Understand};
use throughline_config::Config;
use throughline_engine::agent::Agent;
use throughline_engine::knowledge::{self, Knowledge};
use throughline_engine::policy;
use throughline_http::chat;
use throughline_llm::Client;
use throughline_procedure::Library;
use throughline_tools::Caller;
use throughline_understanding::{Embedder, SentenceModel, Vectors};

/// What the sentence model computed of examples, kept from one start to the next.
const VECTORS: &str = "models/examples.vectors";

/// The agent, when the configuration wants one.
///
/// # Errors
/// Every problem of its folder, or that the language model cannot be asked.
pub async fn open(
    installation: &Installation,
    knowledge: Knowledge,
    model: Option<Arc<Embedder>>,
) -> Result<Option<Arc<Agent>>, String> {
    let config = &installation.config;
    let Some(folder) = config
        .agent
        .folder
        .as_ref()
        .filter(|_| config.agent.enabled)
    else {
        return Ok(None);
    };
    let business = load(folder)?;
    adopt_policies(installation, &folder.join("policy")).await?;
    let caller = Caller::new(&business.catalog, &installation.environment)
        .map_err(|problems| lines(problems.iter()))?;
    let built_in = words_alone(&business.library)?;
    let (understander, phrase) = readers(config, installation, Arc::clone(&built_in))?;
    let agent = Agent::new(
        installation.db.clone(),
        installation.setup.clone(),
        Brain::new(business, caller).decided_by(installation.setup.policy.business.clone()),
        knowledge,
        understander,
        phrase,
        chat::terms(config),
    );
    let agent = agent.await.map_err(|error| error.to_string())?;
    learn_meanings(installation, agent.library(), &built_in, model).await?;
    Ok(Some(Arc::new(agent)))
}

/// The folder's rules are the first that are published; from then on what was published counts.
async fn adopt_policies(installation: &Installation, folder: &Path) -> Result<(), String> {
    for (kind, files) in crate::policy::read(folder)? {
        policy::adopt(&installation.db, &installation.setup, kind, files)
            .await
            .map_err(|error| format!("the rules in {}: {error}", folder.display()))?;
    }
    Ok(())
}

/// What stands in the folder; problems that keep nothing from working are logged.
fn load(folder: &Path) -> Result<Business, String> {
    match Business::load(folder) {
        Ok((business, warnings)) => {
            for warning in warnings {
                tracing::warn!(%warning, "the agent's folder");
            }
            Ok(business)
        }
        Err(problems) => Err(format!(
            "the agent's folder {} cannot be used:\n{}",
            folder.display(),
            lines(problems.iter())
        )),
    }
}

fn lines(problems: impl Iterator<Item = impl ToString>) -> String {
    let all: Vec<String> = problems.map(|problem| problem.to_string()).collect();
    all.join("\n")
}

/// Ready at once: compares words.
fn words_alone(library: &Library) -> Result<Arc<BuiltIn>, String> {
    let built_in = BuiltIn::train(library, [], None, &mut Vectors::default());
    built_in
        .map(Arc::new)
        .map_err(|error| format!("the understanding cannot be trained: {error}"))
}

/// Learns what examples and questions of the knowledge base mean, in the background: that takes seconds.
async fn learn_meanings(
    installation: &Installation,
    library: Arc<Library>,
    built_in: &Arc<BuiltIn>,
    model: Option<Arc<Embedder>>,
) -> Result<(), String> {
    let questions = installation
        .db
        .read(knowledge::questions)
        .await
        .map_err(|error| error.to_string())?;
    let built_in = Arc::clone(built_in);
    let file = installation.config.storage.data_dir.join(VECTORS);
    let model = model.map(|model| model as Arc<dyn SentenceModel>);
    tokio::task::spawn_blocking(move || {
        let kept = std::fs::read(&file).ok();
        let mut vectors = kept
            .and_then(|bytes| Vectors::from_bytes(&bytes))
            .unwrap_or_default();
        let known = vectors.len();
        let questions = questions.iter().map(String::as_str);
        match BuiltIn::train(&library, questions, model, &mut vectors) {
            Ok(learned) => {
                built_in.take_up(&learned);
                tracing::info!(basis = ?built_in.basis(), "the agent has learned its examples");
            }
            Err(error) => {
                tracing::error!(%error, "the sentence model fails; the agent compares words");
            }
        }
        if vectors.len() > known
            && let Err(error) = std::fs::write(&file, vectors.to_bytes())
        {
            tracing::info!(%error, "examples are learned anew at the next start");
        }
    });
    Ok(())
}

/// Who reads what customers write, and who words the answers.
type Readers = (Arc<dyn Understand>, Arc<dyn Phrase>);

fn readers(
    config: &Config,
    installation: &Installation,
    built_in: Arc<BuiltIn>,
) -> Result<Readers, String> {
    let Some(model) = &config.language_model else {
        return Ok((built_in.clone(), built_in));
    };
    let client = Client::new(model.clone(), installation.setup.clock.clone())
        .map_err(|error| format!("[language_model]: {error}"))?;
    let by_model = Arc::new(ByModel::new(client, built_in));
    Ok((by_model.clone(), by_model))
}
