//! The policy in force.

use std::fmt;
use std::sync::{Arc, PoisonError, RwLock};

/// Holds the policy in force for everybody who decides by it; a clone is the same holder.
///
/// Whoever asks gets the policy of that moment and may keep it for as long as one decision takes. Exchanging it waits
/// for nobody and needs no restart.
pub struct Current<P>(Arc<RwLock<Arc<P>>>);

impl<P> Current<P> {
    /// Holds `policy`.
    pub fn new(policy: P) -> Self {
        Self(Arc::new(RwLock::new(Arc::new(policy))))
    }

    /// The policy in force now.
    pub fn get(&self) -> Arc<P> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// From now on `policy` is in force.
    pub fn set(&self, policy: P) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(policy);
    }
}

impl<P> Clone for Current<P> {
    fn clone(&self) -> Self {
        Self(Arc::clone(&self.0))
    }
}

impl<P: fmt::Debug> fmt::Debug for Current<P> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_tuple("Current").field(&self.get()).finish()
    }
}
