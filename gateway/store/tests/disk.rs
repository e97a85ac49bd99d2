//! What waits for the disk, and what does not.

mod common;

use common::*;
use reckon_gateway_store::*;
use std::{
	future::Future,
	sync::{Arc, Condvar, Mutex},
	time::Duration,
};

/// As long as nothing that is to wait may take.
const WHILE: Duration = Duration::from_millis(100);

/// How a disk is.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Health {
	Well,
	AtRest,
	Broken,
}

#[derive(Clone)]
struct Disk(Arc<(Mutex<Health>, Condvar)>);

impl Disk {
	fn new() -> Self {
		Self(Arc::new((Mutex::new(Health::Well), Condvar::new())))
	}

	fn is(&self, health: Health) {
		*self.0 .0.lock().unwrap() = health;
		self.0 .1.notify_all();
	}

	fn sync(&self) -> Result<(), StoreError> {
		let health = self.0 .0.lock().unwrap();
		let health = self.0 .1.wait_while(health, |health| *health == Health::AtRest).unwrap();
		match *health {
			Health::Broken => Err(StoreError::Database("the disk is broken".into())),
			_ => Ok(()),
		}
	}

	async fn store(&self, dir: &tempfile::TempDir, policy: SyncPolicy) -> Database {
		let disk = self.clone();
		let path = dir.path().join("gateway.sqlite");
		let store = Database::sqlite_on(path, policy, move || disk.sync()).await.unwrap();
		store.put_key(&key(9)).await.unwrap();
		store
	}
}

/// What this comes to, which waits until the disk goes on.
async fn waits<T>(disk: &Disk, call: impl Future<Output = Result<T, StoreError>>) -> T {
	disk.is(Health::AtRest);
	let mut call = std::pin::pin!(call);
	let waits = tokio::time::timeout(WHILE, &mut call).await.is_err();
	disk.is(Health::Well);
	assert!(waits, "it counts before the disk has it");
	call.await.unwrap()
}

fn asked(number: u64) -> Admission {
	Admission { key: Some(key(9).id), ..paid(number, CHANNEL, number as u16, u128::MAX) }
}

#[tokio::test]
async fn all_but_admissions_should_be_on_the_disk_before_they_count() {
	let dir = tempfile::tempdir().unwrap();
	let disk = Disk::new();
	let store = disk.store(&dir, SyncPolicy::Always).await;

	disk.is(Health::AtRest);
	assert_eq!(store.admit_to(&asked(1), 0, public(1), 1).await, Ok(Admitted::New));
	assert_eq!(store.admit(&asked(2), 0).await, Ok(Admitted::New));
	assert_eq!(store.request(id(7)).await, Ok(None), "of what is not there nothing is told");
	assert_eq!(store.key(key(7).id).await, Ok(None));

	waits(&disk, store.synced()).await;
	assert_eq!(store.admit(&asked(3), 0).await, Ok(Admitted::New));
	assert!(waits(&disk, store.request(id(3))).await.is_some());
	waits(&disk, store.dispatch(id(2), public(1), 1)).await;
	assert!(waits(&disk, store.finish(id(1), &answer(&asked(1), 5), 0, 1)).await);
	assert!(waits(&disk, store.fail(id(2), "late", 1)).await);
	waits(&disk, store.batch(hash(1), &[id(1)], 1)).await;
	waits(&disk, store.put_key(&key(8))).await;
	assert_eq!(store.admit(&asked(4), 0).await, Ok(Admitted::New));
	assert_eq!(waits(&disk, store.open_batches()).await.len(), 1);

	// There is nothing left to wait for.
	disk.is(Health::AtRest);
	assert_eq!(store.synced().await, Ok(()));
	assert!(store.request(id(1)).await.unwrap().is_some());
	disk.is(Health::Well);
}

#[tokio::test]
async fn steps_should_not_wait_for_the_disk_when_it_is_synced_every_second() {
	let dir = tempfile::tempdir().unwrap();
	let disk = Disk::new();
	let store = disk.store(&dir, SyncPolicy::EverySecond).await;
	disk.is(Health::AtRest);
	assert_eq!(store.admit(&asked(1), 0).await, Ok(Admitted::New));
	store.dispatch(id(1), public(1), 1).await.unwrap();
	assert_eq!(store.synced().await, Ok(()));
	assert_eq!(store.finish(id(1), &answer(&asked(1), 5), 0, 1).await, Ok(true));
	assert!(store.request(id(1)).await.unwrap().is_some());
	waits(&disk, store.put_key(&key(8))).await;
}

#[tokio::test]
async fn nothing_should_be_written_or_told_when_the_disk_has_failed_once() {
	for policy in [SyncPolicy::Always, SyncPolicy::EverySecond] {
		let dir = tempfile::tempdir().unwrap();
		let disk = Disk::new();
		let store = disk.store(&dir, policy).await;
		assert_eq!(store.admit(&asked(2), 0).await, Ok(Admitted::New));
		assert!(store.request(id(2)).await.unwrap().is_some());
		assert!(tokio::time::timeout(WHILE, store.lost()).await.is_err());
		disk.is(Health::Broken);
		let failed = store.put_key(&key(8)).await.unwrap_err().to_string();
		assert!(failed.contains("may be there"), "{failed}");
		// Whatever the disk says from here on.
		disk.is(Health::Well);
		store.lost().await;
		for failed in [
			store.key(key(5).id).await.map(drop),
			store.key(key(8).id).await.map(drop),
			store.open_batches().await.map(drop),
			store.request(id(2)).await.map(drop),
			store.synced().await,
			store.admit(&asked(1), 0).await.map(drop),
			store.put_key(&key(7)).await,
			store.check().await,
		] {
			assert_eq!(failed, Err(StoreError::Lost));
		}
	}
}
