//! Dovecot, on ports and in a folder of its own, as the user who runs the tests.

use crate::certificate::Certificate;
use crate::dialogue::Dialogue;
use crate::tool;
use std::fs;
use std::net::{SocketAddr, TcpListener};
use std::path::PathBuf;
use std::process::{Command, Stdio};
use std::sync::atomic::{AtomicU32, Ordering};

pub const USER: &str = "support";
pub const PASSWORD: &str = "s3cret \"quoted\"";

pub struct Dovecot {
    folder: PathBuf,
    pub port: u16,
    pub tls_port: u16,
    pub certificate: Certificate,
}

impl Dovecot {
    pub fn start() -> Self {
        static COUNT: AtomicU32 = AtomicU32::new(0);
        let number = COUNT.fetch_add(1, Ordering::SeqCst);
        let folder =
            std::env::temp_dir().join(format!("tl-dovecot-{}-{number}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        fs::create_dir_all(folder.join("mail")).unwrap();
        let dovecot = Self {
            folder,
            port: free_port(),
            tls_port: free_port(),
            certificate: Certificate::for_host("localhost"),
        };
        dovecot.configure();
        dovecot.run();
        dovecot
    }

    fn configure(&self) {
        fs::write(self.folder.join("cert.pem"), &self.certificate.pem).unwrap();
        fs::write(self.folder.join("key.pem"), &self.certificate.key_pem).unwrap();
        fs::write(
            self.folder.join("users"),
            format!("{USER}:{{PLAIN}}{PASSWORD}::::::\n"),
        )
        .unwrap();
        let owner = Owner::of_mail();
        for name in ["mail", "users"] {
            std::os::unix::fs::chown(self.folder.join(name), Some(owner.uid), Some(owner.gid))
                .unwrap();
        }
        let Self {
            folder,
            port,
            tls_port,
            ..
        } = self;
        let folder = folder.display();
        let Owner {
            uid,
            gid,
            internal,
            group,
            login,
            chroot,
        } = owner;
        let config = format!(
            "base_dir = {folder}/run\nstate_dir = {folder}/state\nlog_path = {folder}/log\n\
             protocols = imap\nlisten = 127.0.0.1\nfirst_valid_uid = 1\nfirst_valid_gid = 1\n\
             default_internal_user = {internal}\ndefault_internal_group = {group}\ndefault_login_user = {login}\n\
             ssl = yes\nssl_cert = <{folder}/cert.pem\nssl_key = <{folder}/key.pem\n\
             disable_plaintext_auth = no\nmail_location = maildir:{folder}/mail/%u\n\
             passdb {{\n driver = passwd-file\n args = {folder}/users\n}}\n\
             userdb {{\n driver = static\n args = uid={uid} gid={gid} home={folder}/mail/%u\n}}\n\
             namespace inbox {{\n inbox = yes\n}}\n\
             service imap-login {{\n {chroot}\n inet_listener imap {{\n  port = {port}\n }}\n \
             inet_listener imaps {{\n  port = {tls_port}\n  ssl = yes\n }}\n}}\n\
             service anvil {{\n {chroot}\n}}\nservice stats {{\n {chroot}\n}}\n"
        );
        fs::write(self.folder.join("dovecot.conf"), config).unwrap();
    }

    /// Starts the server, or starts it anew after [`Dovecot::stop`].
    pub fn run(&self) {
        // Without -F it returns when it listens. The server keeps what it writes to, so no pipes.
        let said = fs::File::create(self.folder.join("start")).unwrap();
        let status = Command::new(tool("dovecot"))
            .arg("-c")
            .arg(self.folder.join("dovecot.conf"))
            .stdin(Stdio::null())
            .stdout(said.try_clone().unwrap())
            .stderr(said)
            .status()
            .unwrap();
        let read = |name: &str| fs::read_to_string(self.folder.join(name)).unwrap_or_default();
        assert!(
            status.success(),
            "Dovecot does not start: {}\n{}",
            read("start"),
            read("log")
        );
    }

    pub fn stop(&self) {
        let stopped = Command::new(tool("doveadm"))
            .arg("-c")
            .arg(self.folder.join("dovecot.conf"))
            .arg("stop")
            .status();
        assert!(
            stopped.is_ok_and(|status| status.success()),
            "Dovecot does not stop"
        );
    }

    /// A session of another client, such as a person's.
    pub async fn client(&self) -> Dialogue {
        let mut client = Dialogue::open(SocketAddr::from(([127, 0, 0, 1], self.port))).await;
        client.line().await;
        client
            .imap(&format!("LOGIN {USER} \"s3cret \\\"quoted\\\"\""))
            .await;
        client
    }

    /// Puts a mail into `folder`, with `flags` such as `\Seen`.
    pub async fn deliver(&self, folder: &str, flags: &str, mail: &str) {
        let mut client = self.client().await;
        client
            .imap(&format!(
                "APPEND {folder} ({flags}) {{{}+}}\r\n{mail}",
                mail.len()
            ))
            .await;
    }

    /// The flags of every mail in `folder`.
    pub async fn flags(&self, folder: &str) -> String {
        let mut client = self.client().await;
        client.imap(&format!("SELECT {folder}")).await;
        client.imap("FETCH 1:* (UID FLAGS)").await
    }
}

impl Drop for Dovecot {
    fn drop(&mut self) {
        let stop = Command::new(tool("doveadm"))
            .arg("-c")
            .arg(self.folder.join("dovecot.conf"))
            .arg("stop")
            .status();
        drop(stop);
        let _ = fs::remove_dir_all(&self.folder);
    }
}

/// Whom mail belongs to, and as whom Dovecot's parts run. Dovecot serves no mail to root, so that root
/// lends it the user of the package; everybody else is all of them.
struct Owner {
    uid: u32,
    gid: u32,
    internal: String,
    group: String,
    login: String,
    chroot: &'static str,
}

impl Owner {
    fn of_mail() -> Self {
        let me = id(&["-un"]);
        if me == "root" {
            let number = |flag| id(&[flag, "dovecot"]).parse().unwrap();
            return Self {
                uid: number("-u"),
                gid: number("-g"),
                internal: "dovecot".into(),
                group: "dovecot".into(),
                login: "dovenull".into(),
                chroot: "",
            };
        }
        let number = |flag| id(&[flag]).parse().unwrap();
        Self {
            uid: number("-u"),
            gid: number("-g"),
            internal: me.clone(),
            group: id(&["-gn"]),
            login: me,
            chroot: "chroot =",
        }
    }
}

fn id(arguments: &[&str]) -> String {
    let output = Command::new("id").args(arguments).output().unwrap();
    String::from_utf8(output.stdout).unwrap().trim().to_owned()
}

fn free_port() -> u16 {
    TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap()
        .port()
}
