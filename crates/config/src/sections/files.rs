//! `[files]`

use crate::secret::Secret;
use crate::section::{record, section};
use std::path::{Path, PathBuf};
use url::Url;

section! {
    /// Where attachments are kept, and what may be attached.
    pub struct Files {
        /// The directory for attachments, when they are kept on this machine. Without it, `files`
        /// under `storage.data_dir`.
        pub local: Option<PathBuf> = example("/var/lib/throughline/files"),
        /// The largest file a customer or agent may send, in bytes.
        pub max_upload_bytes: u64 = default(25 * 1024 * 1024),
        /// A ClamAV daemon, as `host:port` or `unix:/path`. When set, no file is shown before it
        /// was found clean, nor while the daemon cannot be reached.
        pub clamd: Option<String> = example("127.0.0.1:3310"),
        /// Keeps attachments in a bucket with the S3 interface instead of in a directory.
        pub s3: Option<S3> = table(),
    }
}

record! {
    /// A bucket with the S3 interface.
    pub struct S3 {
        /// The name of the bucket.
        pub bucket: String = required("support-files"),
        /// The region the bucket is in.
        pub region: String = default("us-east-1".to_owned()),
        /// The service's address, where it is not Amazon's.
        pub endpoint: Option<Url> = example("https://s3.example.com/"),
        /// The access key's id.
        pub access_key_id: String = required("AKIAEXAMPLE"),
        /// The access key's secret.
        pub secret_access_key: Secret = required({ env = "S3_SECRET_ACCESS_KEY" }),
    }
}

impl Files {
    pub(super) fn store(&self, data_dir: &Path) -> FileStore {
        match &self.s3 {
            Some(s3) => FileStore::S3(s3.clone()),
            None => FileStore::Local(self.local.clone().unwrap_or_else(|| data_dir.join("files"))),
        }
    }
}

/// Where attachments are kept.
#[derive(Debug, Clone)]
pub enum FileStore {
    /// A directory on this machine.
    Local(PathBuf),
    /// A bucket.
    S3(S3),
}
