//! Answers of DNS, kept while they are valid.

use mail_auth::common::resolver::ToFqdn;
use mail_auth::{MX, Parameters, RecordSet, ResolverCache, Txt};
use std::borrow::Borrow;
use std::collections::HashMap;
use std::hash::Hash;
use std::net::{IpAddr, Ipv4Addr, Ipv6Addr};
use std::sync::{Mutex, PoisonError};
use std::time::Instant;

/// Most answers kept of each kind; the cache starts anew when it is full.
const ANSWERS: usize = 10_000;

/// The answers sender checks have got from DNS.
#[derive(Default)]
pub struct DnsCache {
    txt: Answers<Box<str>, Txt>,
    mx: Answers<Box<str>, RecordSet<MX>>,
    ipv4: Answers<Box<str>, RecordSet<Ipv4Addr>>,
    ipv6: Answers<Box<str>, RecordSet<Ipv6Addr>>,
    ptr: Answers<IpAddr, RecordSet<Box<str>>>,
}

/// Parameters of a check, with the caches it may use.
pub(super) type Cached<'a, P> = Parameters<
    'a,
    P,
    Answers<Box<str>, Txt>,
    Answers<Box<str>, RecordSet<MX>>,
    Answers<Box<str>, RecordSet<Ipv4Addr>>,
    Answers<Box<str>, RecordSet<Ipv6Addr>>,
    Answers<IpAddr, RecordSet<Box<str>>>,
>;

impl DnsCache {
    /// Puts the TXT answer for `name` in, valid until `until`.
    pub fn insert_txt(&self, name: &str, answer: Txt, until: Instant) {
        self.txt.insert(name.to_fqdn(), answer, until);
    }

    pub(super) fn parameters<P>(&self, parameters: P) -> Cached<'_, P> {
        Parameters {
            params: parameters,
            cache_txt: Some(&self.txt),
            cache_mx: Some(&self.mx),
            cache_ptr: Some(&self.ptr),
            cache_ipv4: Some(&self.ipv4),
            cache_ipv6: Some(&self.ipv6),
        }
    }
}

/// Answers of one kind.
pub(super) struct Answers<K, V>(Mutex<HashMap<K, (V, Instant)>>);

impl<K, V> Default for Answers<K, V> {
    fn default() -> Self {
        Self(Mutex::default())
    }
}

impl<K: Hash + Eq, V: Clone> ResolverCache<K, V> for Answers<K, V> {
    fn get<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        let answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        answers
            .get(name)
            .filter(|(_, until)| *until > Instant::now())
            .map(|(answer, _)| answer.clone())
    }

    fn remove<Q>(&self, name: &Q) -> Option<V>
    where
        K: Borrow<Q>,
        Q: Hash + Eq + ?Sized,
    {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .remove(name)
            .map(|(answer, _)| answer)
    }

    fn insert(&self, name: K, answer: V, until: Instant) {
        let mut answers = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        if answers.len() >= ANSWERS {
            answers.clear();
        }
        answers.insert(name, (answer, until));
    }
}
