//! A TCP proxy that does to connections what bad networks do.

use std::{net::SocketAddr, time::Duration};
use tokio::{
	io::{AsyncReadExt, AsyncWriteExt},
	net::{
		tcp::{ReadHalf, WriteHalf},
		TcpListener, TcpStream,
	},
	sync::watch,
	task::JoinHandle,
	time::sleep,
};

/// What happens to bytes on their way, in both directions.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum Weather {
	/// They pass.
	Fair,
	/// They are taken, and stay.
	Stalled,
	/// Each chunk comes late.
	Late(Duration),
	/// They come one by one.
	Trickle(Duration),
	/// New connections are closed; old ones go on.
	Refusing,
}

/// How connections end.
#[derive(Clone, Copy, PartialEq, Eq, Debug)]
pub enum End {
	/// As if the peer had closed them.
	Cut,
	/// With a reset.
	Reset,
}

/// The proxy.
pub struct Faults {
	pub address: SocketAddr,
	weather: watch::Sender<Weather>,
	/// Counts the ends, and says of which kind the last one is.
	ends: watch::Sender<(u64, End)>,
	server: JoinHandle<()>,
}

impl Drop for Faults {
	fn drop(&mut self) {
		self.server.abort();
		self.end(End::Reset);
	}
}

impl Faults {
	/// Stands before this address.
	pub async fn before(far: SocketAddr) -> Self {
		let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
		let address = listener.local_addr().unwrap();
		let weather = watch::Sender::new(Weather::Fair);
		let ends = watch::Sender::new((0, End::Cut));
		let (now, ending) = (weather.clone(), ends.clone());
		let server = tokio::spawn(async move {
			while let Ok((near, _)) = listener.accept().await {
				if *now.borrow() == Weather::Refusing {
					continue;
				}
				tokio::spawn(carry(near, far, now.subscribe(), ending.subscribe()));
			}
		});
		Self { address, weather, ends, server }
	}

	/// From now on.
	pub fn set(&self, weather: Weather) {
		self.weather.send_replace(weather);
	}

	/// Ends all connections that there are.
	pub fn end(&self, end: End) {
		self.ends.send_modify(|(count, last)| (*count, *last) = (*count + 1, end));
	}

	pub fn url(&self) -> String {
		format!("http://{}", self.address)
	}
}

async fn carry(
	mut near: TcpStream,
	far: SocketAddr,
	weather: watch::Receiver<Weather>,
	mut ends: watch::Receiver<(u64, End)>,
) {
	let Ok(mut far) = TcpStream::connect(far).await else { return };
	for stream in [&near, &far] {
		let _ = stream.set_nodelay(true);
	}
	let (near_read, near_write) = near.split();
	let (far_read, far_write) = far.split();
	let up = pump(near_read, far_write, weather.clone());
	let down = pump(far_read, near_write, weather);
	let both = async { tokio::join!(up, down) };
	let end = tokio::select! {
		_ = both => return,
		_ = ends.changed() => ends.borrow().1,
	};
	if end == End::Reset {
		for stream in [&near, &far] {
			let _ = stream.set_zero_linger();
		}
	}
}

/// Carries bytes until one side ends.
async fn pump(
	mut from: ReadHalf<'_>,
	mut to: WriteHalf<'_>,
	mut weather: watch::Receiver<Weather>,
) {
	let mut chunk = vec![0; 16 << 10];
	loop {
		let length = match from.read(&mut chunk).await {
			Ok(length) if length > 0 => length,
			_ => break,
		};
		let clear = weather.wait_for(|weather| *weather != Weather::Stalled).await;
		let Ok(now) = clear.map(|weather| *weather) else { break };
		let sent = match now {
			Weather::Late(time) => {
				sleep(time).await;
				to.write_all(&chunk[..length]).await
			},
			Weather::Trickle(pause) => trickle(&mut to, &chunk[..length], pause).await,
			_ => to.write_all(&chunk[..length]).await,
		};
		if sent.is_err() {
			break;
		}
	}
	let _ = to.shutdown().await;
}

async fn trickle(to: &mut WriteHalf<'_>, bytes: &[u8], pause: Duration) -> std::io::Result<()> {
	for byte in bytes {
		sleep(pause).await;
		to.write_all(&[*byte]).await?;
	}
	Ok(())
}
