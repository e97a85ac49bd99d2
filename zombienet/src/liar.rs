//! A dishonest auditor's verifier.

use std::{
	io,
	net::SocketAddr,
	sync::{
		atomic::{AtomicBool, AtomicU32, Ordering},
		Arc,
	},
};

use anyhow::Result;
use tokio::{
	io::{copy, AsyncBufReadExt, AsyncReadExt, AsyncWriteExt, BufReader},
	net::{tcp::ReadHalf, TcpListener, TcpStream},
	task::JoinHandle,
};

use crate::{Verifier, VerifierAt};

/// How an answer begins that was computed again: `Vote::Replayed`, SCALE.
const REPLAYED: &[u8] = b"\"vote\":\"0x01";
/// The digits of the fingerprint behind it.
const FINGERPRINT: usize = 2 * 256;
/// The digit that they become: 128 times 0x1111, which no answer has.
const LIE: u8 = b'1';

/// Stands between a node and an honest verifier, and changes the fingerprints of votes while it is
/// told to lie. Ends with this.
pub struct Liar {
	at: VerifierAt,
	mood: Arc<Mood>,
	task: JoinHandle<()>,
}

/// Whether it lies, and how often it has.
#[derive(Default)]
struct Mood {
	lies: AtomicBool,
	told: AtomicU32,
}

impl Liar {
	/// Starts one that does not lie yet.
	///
	/// # Errors
	/// When there is no port for it.
	pub async fn start(honest: &Verifier) -> Result<Self> {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await?;
		// The node says the honest one's token, and never knows whom it speaks to.
		let token_file = honest.at().token_file.clone();
		let at = VerifierAt { address: listener.local_addr()?, token_file };
		let mood = Arc::new(Mood::default());
		let task = tokio::spawn(serve(listener, honest.at().address, mood.clone()));
		Ok(Self { at, mood, task })
	}

	/// Where a node finds it.
	pub fn at(&self) -> &VerifierAt {
		&self.at
	}

	/// Lets it lie, or be honest again.
	pub fn lie(&self, lies: bool) {
		self.mood.lies.store(lies, Ordering::SeqCst);
	}

	/// How many lies it has told.
	pub fn told(&self) -> u32 {
		self.mood.told.load(Ordering::SeqCst)
	}
}

impl Drop for Liar {
	fn drop(&mut self) {
		self.task.abort();
	}
}

async fn serve(listener: TcpListener, honest: SocketAddr, mood: Arc<Mood>) {
	// The node sees an error as a connection that breaks off, and asks again.
	while let Ok((node, _)) = listener.accept().await {
		let mood = mood.clone();
		tokio::spawn(async move { pass_on(node, honest, &mood).await });
	}
}

/// Passes requests on as they are, and answers as the mood is.
async fn pass_on(mut node: TcpStream, honest: SocketAddr, mood: &Mood) -> io::Result<()> {
	let mut verifier = TcpStream::connect(honest).await?;
	let (mut requests, mut to_node) = node.split();
	let (answers, mut to_verifier) = verifier.split();
	let asking = async {
		copy(&mut requests, &mut to_verifier).await?;
		to_verifier.shutdown().await
	};
	let answering = async {
		let mut answers = BufReader::new(answers);
		while let Some(mut answer) = next_answer(&mut answers).await? {
			if mood.lies.load(Ordering::SeqCst) && falsify(&mut answer) {
				mood.told.fetch_add(1, Ordering::SeqCst);
			}
			to_node.write_all(&answer).await?;
		}
		Ok(())
	};
	tokio::pin!(answering);
	tokio::select! {
		answered = &mut answering => answered,
		asked = asking => {
			asked?;
			answering.await
		},
	}
}

/// An HTTP answer with its head and a body of the length that this names; none when the connection
/// ends before the next one.
async fn next_answer(from: &mut BufReader<ReadHalf<'_>>) -> io::Result<Option<Vec<u8>>> {
	let (mut answer, mut length) = (Vec::new(), 0);
	loop {
		let start = answer.len();
		if from.read_until(b'\n', &mut answer).await? == 0 {
			return Ok(None);
		}
		let line = String::from_utf8_lossy(&answer[start..]).to_lowercase();
		match line.trim_end().split_once(':') {
			Some(("content-length", value)) => {
				length = value.trim().parse().map_err(io::Error::other)?;
			},
			None if line.trim_end().is_empty() => break,
			_ => {},
		}
	}
	let head = answer.len();
	answer.resize(head + length, 0);
	from.read_exact(&mut answer[head..]).await?;
	Ok(Some(answer))
}

/// Puts another fingerprint into a vote, as long as the right one; says whether there was any.
fn falsify(answer: &mut [u8]) -> bool {
	let vote = answer.windows(REPLAYED.len()).position(|window| window == REPLAYED);
	let digits = vote.and_then(|at| {
		let start = at + REPLAYED.len();
		answer.get_mut(start..start + FINGERPRINT)
	});
	digits.map(|digits| digits.fill(LIE)).is_some()
}

#[cfg(test)]
mod tests {
	use super::*;

	fn answer(vote: &str) -> Vec<u8> {
		let body = format!("{{\"vote\":\"0x{vote}\",\"found\":\"it\"}}");
		format!("HTTP/1.1 200 OK\r\nContent-Length: {}\r\n\r\n{body}", body.len()).into_bytes()
	}

	fn replayed(fingerprint: &str) -> Vec<u8> {
		answer(&format!("01{}aabbcc", fingerprint.repeat(128)))
	}

	#[test]
	fn fingerprint_should_be_another_when_a_vote_has_one() {
		let mut vote = replayed("00ff");
		assert!(falsify(&mut vote));
		assert_eq!(vote, replayed("1111"));
	}

	#[test]
	fn answer_should_stay_when_it_has_no_fingerprint() {
		for other in [answer("0002"), answer(&"01".repeat(200)), b"HTTP/1.1 503 Busy".to_vec()] {
			let mut passed = other.clone();
			assert!(!falsify(&mut passed));
			assert_eq!(passed, other);
		}
	}

	#[tokio::test]
	async fn answers_should_be_told_apart_when_they_share_a_connection() {
		let listener = TcpListener::bind(("127.0.0.1", 0)).await.unwrap();
		let mut sender = TcpStream::connect(listener.local_addr().unwrap()).await.unwrap();
		let (mut receiver, _) = listener.accept().await.unwrap();
		let sent = [replayed("0102"), answer("00"), replayed("0304")];
		sender.write_all(&sent.concat()).await.unwrap();
		drop(sender);
		let (reading, _) = receiver.split();
		let mut reading = BufReader::new(reading);
		for expected in sent {
			assert_eq!(next_answer(&mut reading).await.unwrap(), Some(expected));
		}
		assert_eq!(next_answer(&mut reading).await.unwrap(), None);
	}
}
