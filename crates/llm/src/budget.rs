//! What one conversation may spend on models, in tokens and in millionths of the operator's currency.

use crate::reply::Usage;
use serde::{Deserialize, Serialize};
use std::sync::{Arc, Mutex, PoisonError};
use throughline_config::LanguageModel;

/// What may be spent.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Tokens, read and written.
    pub tokens: u64,
    /// Millionths of the currency; none for no bound.
    pub cost_micros: Option<u64>,
}

impl Limits {
    /// What the operator allows one conversation.
    pub fn of(config: &LanguageModel) -> Self {
        Self {
            tokens: config.conversation_tokens,
            cost_micros: (config.conversation_micros > 0).then_some(config.conversation_micros),
        }
    }
}

/// What was spent; kept with the conversation.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Spent {
    /// Tokens, read and written.
    pub tokens: u64,
    /// Millionths of the currency.
    pub cost_micros: u64,
}

impl Spent {
    fn plus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_add(other.tokens),
            cost_micros: self.cost_micros.saturating_add(other.cost_micros),
        }
    }

    fn minus(self, other: Self) -> Self {
        Self {
            tokens: self.tokens.saturating_sub(other.tokens),
            cost_micros: self.cost_micros.saturating_sub(other.cost_micros),
        }
    }
}

/// What a provider charges, in millionths of the currency per million tokens.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Price {
    /// For tokens read.
    pub input_micros_per_million: u64,
    /// For tokens written.
    pub output_micros_per_million: u64,
}

impl Price {
    /// As the operator wrote it.
    pub fn of(config: &LanguageModel) -> Self {
        Self {
            input_micros_per_million: config.input_micros_per_million,
            output_micros_per_million: config.output_micros_per_million,
        }
    }

    /// What this costs, rounded up.
    pub fn cost(self, usage: Usage) -> Spent {
        let input = u128::from(usage.input_tokens) * u128::from(self.input_micros_per_million);
        let output = u128::from(usage.output_tokens) * u128::from(self.output_micros_per_million);
        let micros = input.saturating_add(output).div_ceil(1_000_000);
        Spent {
            tokens: usage.input_tokens.saturating_add(usage.output_tokens),
            cost_micros: u64::try_from(micros).unwrap_or(u64::MAX),
        }
    }
}

/// One conversation's budget; copies share it. A call reserves what it may cost at most before it is made, so that
/// calls at the same time do not together spend what only one of them may.
#[derive(Clone, Debug)]
pub struct Budget {
    limits: Limits,
    account: Arc<Mutex<Account>>,
}

#[derive(Debug, Default)]
struct Account {
    spent: Spent,
    reserved: Spent,
}

impl Budget {
    /// A budget of which `spent` is already gone.
    pub fn new(limits: Limits, spent: Spent) -> Self {
        let account = Account {
            spent,
            reserved: Spent::default(),
        };
        Self {
            limits,
            account: Arc::new(Mutex::new(account)),
        }
    }

    /// What is gone by now.
    pub fn spent(&self) -> Spent {
        self.with_account(|account| account.spent)
    }

    /// Sets aside what a call may cost at most; none when that is more than is left.
    pub(crate) fn reserve(
        &self,
        price: Price,
        input_tokens: u64,
        max_tokens: u64,
    ) -> Option<Meter> {
        let sent = Usage {
            input_tokens,
            output_tokens: 0,
            estimated: true,
        };
        let most = price.cost(Usage {
            output_tokens: max_tokens,
            ..sent
        });
        let reserved = self.with_account(|account| {
            let total = account.spent.plus(account.reserved).plus(most);
            let fits = total.tokens <= self.limits.tokens
                && self
                    .limits
                    .cost_micros
                    .is_none_or(|limit| total.cost_micros <= limit);
            if fits {
                account.reserved = account.reserved.plus(most);
            }
            fits
        });
        reserved.then(|| Meter {
            budget: self.clone(),
            price,
            most,
            sent,
            running: None,
        })
    }

    fn with_account<T>(&self, act: impl FnOnce(&mut Account) -> T) -> T {
        act(&mut self.account.lock().unwrap_or_else(PoisonError::into_inner))
    }
}

/// Counts one call. Dropped in the middle of an answer, it charges what had been seen of it.
pub(crate) struct Meter {
    budget: Budget,
    price: Price,
    most: Spent,
    sent: Usage,
    /// What a call that is under way has cost as far as is known.
    running: Option<Usage>,
}

impl Meter {
    /// A try begins.
    pub(crate) fn begin(&mut self) {
        self.running = Some(self.sent);
    }

    /// What is known of the running try; the provider's figures, where it tells them, or an estimate.
    pub(crate) fn note(&mut self, usage: Usage) {
        self.running = Some(usage);
    }

    /// What a try has cost when its provider tells nothing: what was sent, and `output_tokens`.
    pub(crate) fn estimate(&self, output_tokens: u64) -> Usage {
        Usage {
            output_tokens,
            ..self.sent
        }
    }

    /// The running try ended: it is charged, or it was free.
    pub(crate) fn end(&mut self, is_charged: bool) {
        if let (Some(usage), true) = (self.running.take(), is_charged) {
            let cost = self.price.cost(usage);
            self.budget
                .with_account(|account| account.spent = account.spent.plus(cost));
        }
    }
}

impl Drop for Meter {
    fn drop(&mut self) {
        self.end(true);
        let most = self.most;
        self.budget
            .with_account(|account| account.reserved = account.reserved.minus(most));
    }
}
