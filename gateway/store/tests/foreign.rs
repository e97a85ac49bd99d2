//! Databases that are not ours, and places where there can be none.

mod common;

use common::{postgres::Server, *};
use reckon_gateway_store::*;
use std::{fs, os::unix::fs::PermissionsExt};
use tokio_postgres::NoTls;

async fn refusal(target: &str) -> StoreError {
	match open(target).await {
		Ok(_) => panic!("{target} should not be opened"),
		Err(error) => error,
	}
}

fn corrupt(what: &str) -> StoreError {
	StoreError::Corrupt(what.into())
}

const LATER: &str = "version 5 of the tables, and this program knows 4: run the one that made them";

#[tokio::test]
async fn sqlite_should_be_refused_when_the_tables_are_not_ours() {
	let folder = tempfile::tempdir().unwrap();
	let file = |name: &str| folder.path().join(name).to_str().unwrap().to_owned();

	let other = rusqlite::Connection::open(file("other.db")).unwrap();
	other.execute_batch("CREATE TABLE requests (id BLOB)").unwrap();
	assert_eq!(refusal(&file("other.db")).await, corrupt("another program's tables"));
	let empty = rusqlite::Connection::open(file("empty.db")).unwrap();
	empty.execute_batch("PRAGMA user_version = 1").unwrap();
	assert_eq!(refusal(&file("empty.db")).await, corrupt("another program's tables"));

	drop(open(&file("later.db")).await.unwrap());
	let later = rusqlite::Connection::open(file("later.db")).unwrap();
	later.execute_batch("PRAGMA user_version = 5").unwrap();
	assert_eq!(refusal(&file("later.db")).await, corrupt(LATER));
}

/// What makes a database one of the third version, of the second, and of the first.
const FORMER: [(i64, &str); 3] = [
	(3, include_str!("version_3.sql")),
	(2, "DROP TABLE bulks; DROP TABLE pieces; DROP TABLE files;"),
	(1, "ALTER TABLE requests DROP COLUMN interrupted;"),
];

/// A store with requests in all states, the first of them with a worker; what it says of them.
async fn filled(target: &str) -> Vec<Record> {
	let store = open(target).await.unwrap();
	store.admit(&admission(1), 0).await.unwrap();
	store.dispatch(id(1), public(1), 2_000).await.unwrap();
	store.admit(&admission(2), 0).await.unwrap();
	store.fail(id(2), "late", 3_000).await.unwrap();
	for n in 3..=8 {
		answered(&*store, n).await;
	}
	for (root, requests) in [(1, &[4, 3][..]), (2, &[5]), (3, &[6]), (4, &[7])] {
		let ids: Vec<_> = requests.iter().map(|n| id(*n)).collect();
		store.batch(hash(root), &ids, 20_000 + root).await.unwrap();
		if root > 1 {
			store.committed(hash(root), hash(root + 10), 30_000).await.unwrap();
		}
	}
	store.settled(hash(3), None, 40_000).await.unwrap();
	store.settled(hash(4), Some("forged"), 50_000).await.unwrap();
	records(&*store).await
}

async fn records(store: &dyn Store) -> Vec<Record> {
	let mut records = Vec::new();
	for n in 1..=8 {
		records.push(store.request(id(n)).await.unwrap().unwrap());
	}
	records
}

/// That all is there as it was, and can be noted what former versions had no place for.
async fn taken_over(target: &str, mut before: Vec<Record>) {
	before[0].times.interrupted = Some(60_000);
	// Which no former version knew.
	before.iter_mut().for_each(|record| record.admission.instructed = false);
	for at in [60_000, 70_000] {
		let store = open(target).await.unwrap();
		assert_eq!(store.open_bulks().await, Ok(vec![]));
		store.interrupted(at).await.unwrap();
		assert_eq!(records(&*store).await, before);
		let receipt = |n: usize| before[n - 1].answer.as_ref().unwrap().receipt.clone();
		assert_eq!(store.receipts_of(hash(1)).await, Ok(vec![receipt(4), receipt(3)]));
		assert_eq!(store.unbatched(9).await, Ok(vec![receipt(8)]));
		assert_eq!(store.open_batches().await.unwrap().len(), 2);
	}
}

#[tokio::test]
async fn sqlite_should_be_taken_over_when_the_tables_are_of_a_former_version() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("former.db").to_str().unwrap().to_owned();
	let before = filled(&path).await;
	for to in 1..=FORMER.len() {
		let former = rusqlite::Connection::open(&path).unwrap();
		for (version, undo) in &FORMER[..to] {
			let undo = undo.replace("BYTEA", "BLOB").replace("BIGINT", "INTEGER");
			former.execute_batch(&format!("{undo} PRAGMA user_version = {version}")).unwrap();
		}
		drop(former);
		taken_over(&path, before.clone()).await;
	}
}

#[tokio::test]
async fn postgres_should_be_taken_over_when_the_tables_are_of_a_former_version() {
	let place = Place::postgres();
	let before = filled(&place.target()).await;
	let (client, connection) = tokio_postgres::connect(&place.target(), NoTls).await.unwrap();
	tokio::spawn(connection);
	for to in 1..=FORMER.len() {
		for (version, undo) in &FORMER[..to] {
			let noted =
				format!("UPDATE meta SET value = '{version}' WHERE name = 'reckon gateway'");
			client.batch_execute(&format!("{undo} {noted}")).await.unwrap();
		}
		taken_over(&place.target(), before.clone()).await;
	}
}

#[tokio::test]
async fn sqlite_should_be_refused_when_the_file_is_damaged() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("text.db");
	fs::write(&path, "to be or not to be, that is the question: ".repeat(100)).unwrap();
	let why = "nothing that can be read: file is not a database";
	assert_eq!(refusal(path.to_str().unwrap()).await, corrupt(why));

	let path = folder.path().join("row.db");
	let store = open(path.to_str().unwrap()).await.unwrap();
	store.admit(&admission(1), 0).await.unwrap();
	let other = rusqlite::Connection::open(&path).unwrap();
	other.execute_batch("UPDATE requests SET session_key = x'00'").unwrap();
	let why = "a row that can't be read: its column 6";
	assert_eq!(store.request(id(1)).await, Err(corrupt(why)));
	other.execute_batch("UPDATE requests SET session_key = zeroblob(32), state = 9").unwrap();
	assert_eq!(store.request(id(1)).await, Err(corrupt("a request in state 9")));
	other
		.execute_batch("UPDATE requests SET state = 0, request = CAST(request || x'00' AS BLOB)")
		.unwrap();
	let why = "a row that can't be read: its column 0";
	assert_eq!(store.request(id(1)).await, Err(corrupt(why)), "a byte too much");
}

#[tokio::test]
async fn sqlite_should_be_refused_when_another_gateway_has_it() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("gateway.db");
	let first = open(path.to_str().unwrap()).await.unwrap();
	let why = format!("another gateway is using {}", path.display());
	assert_eq!(refusal(path.to_str().unwrap()).await, StoreError::Database(why));
	assert_eq!(first.check().await, Ok(()));
	drop(first);
	assert_eq!(open(path.to_str().unwrap()).await.unwrap().check().await, Ok(()));
}

#[tokio::test]
async fn sqlite_should_be_refused_when_there_can_be_no_file() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("none").join("gateway.db");
	let why = format!("{}: No such file or directory (os error 2)", path.display());
	assert_eq!(refusal(path.to_str().unwrap()).await, StoreError::Database(why));
	let path = folder.path().join("folder");
	fs::create_dir(&path).unwrap();
	let why = format!("{}: Is a directory (os error 21)", path.display());
	assert_eq!(refusal(path.to_str().unwrap()).await, StoreError::Database(why));
}

#[tokio::test]
async fn sqlite_should_be_its_owner_s_only_when_others_could_read_the_folder() {
	let folder = tempfile::tempdir().unwrap();
	let path = folder.path().join("gateway.db");
	fs::write(&path, "").unwrap();
	fs::set_permissions(&path, fs::Permissions::from_mode(0o644)).unwrap();
	let store = open(path.to_str().unwrap()).await.unwrap();
	store.check().await.unwrap();
	let mut files = Vec::new();
	for file in fs::read_dir(folder.path()).unwrap() {
		let file = file.unwrap();
		let mode = file.metadata().unwrap().permissions().mode() & 0o777;
		assert_eq!(mode, 0o600, "{:?}", file.file_name());
		files.push(file.file_name().into_string().unwrap());
	}
	files.sort();
	assert_eq!(files, ["gateway.db", "gateway.db-lock", "gateway.db-shm", "gateway.db-wal"]);
}

#[tokio::test]
async fn postgres_should_be_refused_when_the_tables_are_not_ours() {
	let Place::Postgres(server) = Place::postgres() else { unreachable!() };
	let (client, connection) =
		tokio_postgres::connect(&server.url("postgres"), NoTls).await.unwrap();
	tokio::spawn(connection);
	for name in ["other", "alike", "later"] {
		client.batch_execute(&format!("CREATE DATABASE {name}")).await.unwrap();
	}
	let run = async |database: &str, sql: &str| {
		let (client, connection) =
			tokio_postgres::connect(&server.url(database), NoTls).await.unwrap();
		tokio::spawn(connection);
		client.batch_execute(sql).await.unwrap();
	};
	let foreign = corrupt("another program's tables");
	run("other", "CREATE TABLE orders (id BIGINT)").await;
	assert_eq!(refusal(&server.url("other")).await, foreign);
	run("alike", "CREATE TABLE requests (id BIGINT)").await;
	assert_eq!(refusal(&server.url("alike")).await, foreign);
	run("alike", "CREATE TABLE meta (name TEXT, value BYTEA)").await;
	assert_eq!(refusal(&server.url("alike")).await, foreign);

	drop(open(&server.url("later")).await.unwrap());
	run("later", "UPDATE meta SET value = '5' WHERE name = 'reckon gateway'").await;
	assert_eq!(refusal(&server.url("later")).await, corrupt(LATER));
	run("later", "UPDATE meta SET value = 'x' WHERE name = 'reckon gateway'").await;
	assert_eq!(refusal(&server.url("later")).await, foreign);

	let socket = server.folder().join(".s.PGSQL.5432");
	let why = format!("{}: db error: FATAL: database \"none\" does not exist", socket.display());
	assert_eq!(refusal(&server.url("none")).await, StoreError::Database(why));
}

#[tokio::test]
async fn postgres_should_be_refused_when_another_gateway_has_it() {
	let place = Place::postgres();
	let first = place.open().await;
	let why = StoreError::Database("another gateway is using it".into());
	assert_eq!(refusal(&place.target()).await, why);
	drop(first);
	assert_eq!(place.open().await.check().await, Ok(()));
}

#[tokio::test]
async fn postgres_should_be_refused_when_it_is_to_be_synced_every_second() {
	let Err(refused) =
		open_with("postgres://reckon@localhost/gateway", SyncPolicy::EverySecond).await
	else {
		panic!("a server that is killed would lose what was said to be written");
	};
	assert!(refused.to_string().contains("syncing every second is SQLite's"), "{refused}");
}

#[tokio::test]
async fn postgres_should_be_refused_when_it_is_on_another_machine() {
	let why = "its address is no Unix socket and no loopback address: connections are not \
		encrypted, so a server elsewhere is reached through a tunnel";
	for url in [
		"postgres://reckon@db.example.com/gateway",
		"postgres://reckon@10.0.0.1/gateway",
		"postgresql://reckon@localhost,192.168.0.7/gateway",
		"postgres://reckon@localhost/gateway?hostaddr=8.8.8.8",
		"postgres:///gateway",
	] {
		assert_eq!(refusal(url).await, StoreError::Database(why.into()), "{url}");
	}
	let wrong = refusal("postgres://reckon@localhost:port/gateway").await;
	let why = "invalid connection string: invalid value for option `port`";
	assert_eq!(wrong, StoreError::Database(why.into()));
}

#[tokio::test]
async fn postgres_should_be_away_when_no_server_answers() {
	let server = Server::start();
	let (folder, url) = (server.folder().to_owned(), server.url("postgres"));
	let socket = folder.join(".s.PGSQL.5432").display().to_string();
	drop(server);
	let free = std::net::TcpListener::bind("127.0.0.1:0").unwrap().local_addr().unwrap();
	let tcp = format!("postgres://reckon:secret@{free}/gateway");
	for (url, address) in [(url, socket), (tcp, free.to_string())] {
		match refusal(&url).await {
			StoreError::Away { at, why } => {
				assert_eq!(at, address);
				assert!(why.starts_with("error connecting to server: "), "{why}");
			},
			other => panic!("{other}"),
		}
	}
}

#[tokio::test]
async fn postgres_should_go_on_when_its_server_restarts() {
	let mut place = Place::postgres();
	let store = place.open().await;
	answered(&*store, 1).await;
	let Place::Postgres(server) = &mut place else { unreachable!() };
	server.stop();
	let waiting = {
		let store = store.clone();
		tokio::spawn(async move { (store.admit(&admission(2), 0).await, store.key(hash(1)).await) })
	};
	tokio::task::yield_now().await;
	server.go_on();
	assert_eq!(waiting.await.unwrap(), (Ok(Admitted::New), Ok(None)));
	assert_eq!(store.request(id(1)).await.unwrap().unwrap().state, State::Receipted);
	assert_eq!(store.request(id(2)).await.unwrap().unwrap().state, State::Authorised);
	assert_eq!(store.lanes(CHANNEL).await.unwrap()[0].spent, 100);
}
