//! Addresses of people as mail names them.

use crate::cleaning::one_line;

/// One address, with the name its owner goes by.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct MailAddress {
    /// The address as written; not yet checked, see [`throughline_model::identifier::Identifier`].
    pub address: String,
    /// The display name, cleaned; none when there is none.
    pub name: Option<String>,
}

/// Longest display name kept, in characters.
const NAME_CHARS: usize = 200;

/// Most addresses kept of one header. Nobody writes to more people by hand.
const ADDRESSES: usize = 500;

impl MailAddress {
    /// An address without a name.
    pub fn plain(address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            name: None,
        }
    }

    /// An address with a name.
    pub fn named(name: &str, address: impl Into<String>) -> Self {
        Self {
            address: address.into(),
            name: cleaned_name(name),
        }
    }

    /// The domain, in lower case; none when there is no `@`.
    pub fn domain(&self) -> Option<String> {
        let (_, domain) = self.address.rsplit_once('@')?;
        Some(domain.trim_end_matches('.').to_ascii_lowercase())
    }
}

/// The addresses of a parsed header, groups opened up, entries without an address left out.
pub(crate) fn list(header: Option<&mail_parser::Address<'_>>) -> Vec<MailAddress> {
    header
        .into_iter()
        .flat_map(|addresses| addresses.iter())
        .filter_map(single)
        .take(ADDRESSES)
        .collect()
}

fn single(addr: &mail_parser::Addr<'_>) -> Option<MailAddress> {
    let address = addr.address.as_deref()?.trim();
    if address.is_empty() {
        return None;
    }
    Some(MailAddress {
        address: address
            .chars()
            .filter(|c| !c.is_control())
            .take(1_000)
            .collect(),
        name: addr.name.as_deref().and_then(cleaned_name),
    })
}

fn cleaned_name(name: &str) -> Option<String> {
    let name = one_line(name, NAME_CHARS);
    (!name.is_empty()).then_some(name)
}
