//! A daemon that speaks ClamAV's INSTREAM as its manual describes it.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicBool, Ordering};
use std::sync::{Arc, Mutex};
use tokio::io::{AsyncRead, AsyncReadExt, AsyncWrite, AsyncWriteExt};
use tokio::net::{TcpListener, UnixListener};

#[derive(Clone)]
pub struct Scanner {
    pub address: String,
    script: Arc<Mutex<VecDeque<String>>>,
    stopped: Arc<AtomicBool>,
}

impl Scanner {
    pub async fn start() -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let scanner = Self::at(listener.local_addr().unwrap().to_string());
        let serving = scanner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        scanner
    }

    pub async fn start_local() -> Self {
        let path = std::env::temp_dir().join(format!("clamd-{}.sock", uuid::Uuid::new_v4()));
        let listener = UnixListener::bind(&path).unwrap();
        let scanner = Self::at(format!("unix:{}", path.display()));
        let serving = scanner.clone();
        tokio::spawn(async move {
            while let Ok((stream, _)) = listener.accept().await {
                std::fs::remove_file(&path).ok();
                tokio::spawn(serving.clone().serve(stream));
            }
        });
        scanner
    }

    fn at(address: String) -> Self {
        Self {
            address,
            script: Arc::default(),
            stopped: Arc::default(),
        }
    }

    /// The next file gets this answer, whatever it is.
    pub fn will_say(&self, answer: &str) {
        self.script.lock().unwrap().push_back(answer.to_owned());
    }

    /// From now on it hangs up without a word.
    pub fn stop(&self) {
        self.stopped.store(true, Ordering::SeqCst);
    }

    pub fn resume(&self) {
        self.stopped.store(false, Ordering::SeqCst);
    }

    async fn serve(self, mut stream: impl AsyncRead + AsyncWrite + Unpin) {
        if self.stopped.load(Ordering::SeqCst) {
            return;
        }
        let mut command = [0; 10];
        stream.read_exact(&mut command).await.unwrap();
        assert_eq!(&command, b"zINSTREAM\0");
        let mut file = Vec::new();
        loop {
            let length = stream.read_u32().await.unwrap() as usize;
            if length == 0 {
                break;
            }
            let start = file.len();
            file.resize(start + length, 0);
            stream.read_exact(&mut file[start..]).await.unwrap();
        }
        let infected = String::from_utf8_lossy(&file).contains("EICAR-STANDARD-ANTIVIRUS");
        let scripted = self.script.lock().unwrap().pop_front();
        let answer = scripted.unwrap_or_else(|| {
            match infected {
                true => "stream: Eicar-Test-Signature FOUND\0",
                false => "stream: OK\0",
            }
            .to_owned()
        });
        stream.write_all(answer.as_bytes()).await.unwrap();
    }
}
