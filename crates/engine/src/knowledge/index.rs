//! The index in memory, kept in step with the database.

use super::{Audience, Embed, Found, passages_of};
use crate::error::Result;
use crate::queries::knowledge as queries;
use serde::Serialize;
use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock, RwLockReadGuard, RwLockWriteGuard};
use std::time::Duration;
use throughline_knowledge::index::Size;
use throughline_knowledge::{Index, IndexedArticle, Quantised, Query, Status, tune};
use throughline_model::id::ArticleId;
use throughline_storage::{Db, Hint, Tx, params};
use tokio::sync::watch;

/// Hints of this kind say that something was published or withdrawn. There are no jobs of it: every process follows
/// for itself.
pub(super) const CHANGED: &str = "knowledge";
/// So many changed articles are read at once.
const ARTICLES_AT_ONCE: usize = 100;
/// So many texts are looked up or embedded between two looks at what else there is to do.
const TEXTS_AT_ONCE: usize = 32;
/// How long to wait for news of other processes, which send no hints.
const LOOK_EVERY: Duration = Duration::from_secs(5);

/// The knowledge base as it is searched; cheap to clone. It knows nothing before its first [`Knowledge::refresh`].
#[derive(Clone)]
pub struct Knowledge(Arc<Inner>);

struct Inner {
    db: Db,
    embedder: Option<Arc<dyn Embed>>,
    index: RwLock<Index>,
    /// The revision of the database that the index has.
    seen: tokio::sync::Mutex<i64>,
}

/// How far indexing is.
#[derive(Clone, Debug, PartialEq, Serialize, utoipa::ToSchema)]
#[schema(as = KnowledgeProgress)]
pub struct Progress {
    /// Published articles that can be found.
    pub articles: usize,
    /// Their passages.
    pub passages: usize,
    /// The passages and the questions they answer: what is searched.
    pub units: usize,
    /// So many of the units can be found by meaning, too. The others are found by their words.
    pub embedded: usize,
    /// The model that knows meanings; null without one, and search goes by words alone.
    pub model: Option<String>,
    /// How much meaning counts beside words, from 0 to 1.
    pub weight: f32,
}

/// A change to what is found.
struct Changed {
    id: ArticleId,
    revision: i64,
    /// None when it was withdrawn.
    article: Option<IndexedArticle>,
}

impl Knowledge {
    /// The knowledge base in `db`. Without an embedder it is searched by words alone.
    pub fn new(db: Db, embedder: Option<Arc<dyn Embed>>) -> Self {
        Self(Arc::new(Inner {
            db,
            embedder,
            index: RwLock::default(),
            seen: tokio::sync::Mutex::new(0),
        }))
    }

    /// The passages that answer `question` best, at most `limit`, best first; none of them is hidden from `audience`.
    /// `locale` is the asker's language, if known: what is written in it goes before the rest.
    ///
    /// Takes up to 20 ms of computing, the embedding of the question included: call it from a thread that may block,
    /// or use [`Knowledge::find`].
    pub fn search(
        &self,
        question: &str,
        audience: Audience,
        locale: Option<&str>,
        limit: usize,
    ) -> Found {
        let vector = self.meaning(question);
        self.read().search(&Query {
            text: question,
            vector: vector.as_ref(),
            audience,
            locale,
            limit,
        })
    }

    /// [`Knowledge::search`] for callers on an async thread.
    pub async fn find(
        &self,
        question: &str,
        audience: Audience,
        locale: Option<&str>,
        limit: usize,
    ) -> Found {
        let (knowledge, question) = (self.clone(), question.to_owned());
        let locale = locale.map(str::to_owned);
        let work = move || knowledge.search(&question, audience, locale.as_deref(), limit);
        tokio::task::spawn_blocking(work)
            .await
            .unwrap_or_else(|error| {
                tracing::error!(%error, "a search of the knowledge base failed");
                Found::nothing()
            })
    }

    /// What a text means to the model, if there is one. Takes a few milliseconds of computing.
    pub fn meaning(&self, text: &str) -> Option<Quantised> {
        let embedder = self.0.embedder.as_ref()?;
        Quantised::new(&embedder.embed(text)?)
    }

    /// How far indexing is.
    pub fn progress(&self) -> Progress {
        let index = self.read();
        let Size {
            articles,
            passages,
            units,
            embedded,
        } = index.size();
        Progress {
            articles,
            passages,
            units,
            embedded,
            model: self.0.embedder.as_ref().map(|one| one.model().to_owned()),
            weight: index.weight(),
        }
    }

    /// Reads what changed in the database, with the vectors that are stored there. Afterwards everything published is
    /// found by its words. Says whether anything changed.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn refresh(&self) -> Result<bool> {
        let mut seen = self.0.seen.lock().await;
        let mut any = false;
        loop {
            let since = *seen;
            let changes = self.0.db.read(move |tx| changed_since(tx, since)).await?;
            let last = changes.len() < ARTICLES_AT_ONCE;
            for change in changes {
                *seen = change.revision;
                any = true;
                let mut index = self.write();
                match change.article {
                    Some(article) => index.insert(article),
                    None => index.remove(change.id.uuid()),
                }
            }
            if last {
                return Ok(any);
            }
        }
    }

    /// Gives a few of the texts that lack one their vector: the stored one, or one that is computed and stored. Says
    /// whether there was any to give.
    ///
    /// # Errors
    /// When the database fails.
    pub async fn embed_some(&self) -> Result<bool> {
        let Some(embedder) = self.0.embedder.clone() else {
            return Ok(false);
        };
        let missing = self.read().without_vector(TEXTS_AT_ONCE);
        if missing.is_empty() {
            return Ok(false);
        }
        let (model, hashes) = (embedder.model().to_owned(), missing.clone());
        let stored = self
            .0
            .db
            .read(move |tx| stored_vectors(tx, &model, &hashes))
            .await?;
        let mut fresh = Vec::new();
        for (hash, text) in missing {
            match stored.get(&hash) {
                Some(vector) => self.write().set_vector(&hash, vector),
                None => fresh.push((hash, text)),
            }
        }
        self.embed(embedder, fresh).await?;
        Ok(true)
    }

    /// Computes vectors, stores them, and only then uses them.
    async fn embed(&self, embedder: Arc<dyn Embed>, texts: Vec<(String, String)>) -> Result<()> {
        let model = embedder.model().to_owned();
        let compute = move || -> Vec<(String, Option<Quantised>)> {
            let vector = |text: &str| Quantised::new(&embedder.embed_in_background(text)?);
            let each = |(hash, text): (String, String)| (hash, vector(&text));
            texts.into_iter().map(each).collect()
        };
        let computed = tokio::task::spawn_blocking(compute)
            .await
            .unwrap_or_else(|error| {
                tracing::error!(%error, "vectors could not be computed; it is tried again");
                Vec::new()
            });
        let to_store = computed.clone();
        self.0
            .db
            .write(move |tx| store_vectors(tx, &model, &to_store))
            .await?;
        let mut index = self.write();
        for (hash, vector) in computed {
            match vector {
                Some(vector) => index.set_vector(&hash, &vector),
                None => index.give_up(&hash),
            }
        }
        Ok(())
    }

    /// Learns from the authors' own questions how much meaning should count beside words. Takes seconds of computing
    /// for a large knowledge base.
    pub async fn tune(&self) {
        let knowledge = self.clone();
        let learn = move || {
            let best = tune::best_weight(&knowledge.read());
            if let Some(weight) = best {
                knowledge.write().set_weight(weight);
            }
        };
        if let Err(error) = tokio::task::spawn_blocking(learn).await {
            tracing::error!(%error, "the knowledge search could not be tuned; it goes on as it is");
        }
    }

    /// Follows the database until `stop` says so: what is published is found by its words at once, and by its meaning
    /// as soon as that is computed.
    pub async fn keep_up(self, mut stop: watch::Receiver<bool>) {
        let mut hints = self.0.db.hints().listen();
        let mut untuned = true;
        while !*stop.borrow() {
            match self.step(&mut untuned).await {
                Ok(true) => continue,
                Ok(false) => {}
                Err(error) => {
                    tracing::error!(%error, "the knowledge base could not be read; it is tried again");
                }
            }
            tokio::select! {
                _ = stop.changed() => {}
                () = changed(&mut hints) => {}
                () = tokio::time::sleep(LOOK_EVERY) => {}
            }
        }
    }

    /// One look at what there is to do. Says whether there may be more.
    async fn step(&self, untuned: &mut bool) -> Result<bool> {
        *untuned |= self.refresh().await?;
        if self.embed_some().await? {
            return Ok(true);
        }
        if std::mem::take(untuned) {
            self.tune().await;
            tracing::info!(progress = ?self.progress(), "the knowledge base is indexed");
        }
        Ok(false)
    }

    fn read(&self) -> RwLockReadGuard<'_, Index> {
        self.0.index.read().unwrap_or_else(PoisonError::into_inner)
    }

    fn write(&self) -> RwLockWriteGuard<'_, Index> {
        self.0.index.write().unwrap_or_else(PoisonError::into_inner)
    }
}

/// Waits for the next hint that concerns us.
async fn changed(hints: &mut tokio::sync::broadcast::Receiver<Hint>) {
    use tokio::sync::broadcast::error::RecvError;
    loop {
        match hints.recv().await {
            Ok(Hint::Jobs { kind }) if kind == CHANGED => return,
            Ok(_) => {}
            Err(RecvError::Lagged(_)) => return,
            // The database is closed; whoever stops us will say so.
            Err(RecvError::Closed) => std::future::pending().await,
        }
    }
}

fn changed_since(tx: &mut Tx<'_>, since: i64) -> Result<Vec<Changed>> {
    let mut changes = tx.all(
        &queries::CHANGED_SINCE,
        params![since, ARTICLES_AT_ONCE],
        |row| {
            let id: ArticleId = row.get("id")?;
            let article = IndexedArticle {
                id: id.uuid(),
                version: row.get("number")?,
                slug: row.get("slug")?,
                locale: row.get("locale")?,
                title: row.get("title")?,
                audience: row.word("audience")?,
                passages: Vec::new(),
            };
            let published = row.word::<Status>("status")? == Status::Published;
            Ok(Changed {
                id,
                revision: row.get("revision")?,
                article: published.then_some(article),
            })
        },
    )?;
    for change in &mut changes {
        if let Some(article) = &mut change.article {
            article.passages = passages_of(tx, change.id, article.version)?;
        }
    }
    Ok(changes)
}

fn stored_vectors(
    tx: &mut Tx<'_>,
    model: &str,
    texts: &[(String, String)],
) -> Result<HashMap<String, Quantised>> {
    let mut stored = HashMap::new();
    for (hash, _) in texts {
        let bytes = tx.optional(&queries::VECTOR, params![hash, model], |row| {
            row.get::<Vec<u8>>("vector")
        })?;
        let vector = bytes.as_deref().and_then(Quantised::from_bytes);
        stored.extend(vector.map(|vector| (hash.clone(), vector)));
    }
    Ok(stored)
}

fn store_vectors(
    tx: &mut Tx<'_>,
    model: &str,
    vectors: &[(String, Option<Quantised>)],
) -> Result<()> {
    for (hash, vector) in vectors {
        if let Some(vector) = vector {
            tx.execute(
                &queries::PUT_VECTOR,
                params![hash, model, vector.to_bytes()],
            )?;
        }
    }
    Ok(())
}
