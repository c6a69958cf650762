//! A write call: the connection, and what the call says of itself.

use std::ops::{Deref, DerefMut};

use diesel::Connection;

use super::Conn;
use super::kept::Writes;
use crate::error::{Error, Result};
use crate::realtime::Topic;

/// One write call. Only `db` makes it, so holding it proves that you are inside `Db::write`.
pub struct Tx<'a> {
    pub(super) conn: &'a mut Conn,
    pub(super) told: Told,
}

/// What a call says of itself.
#[derive(Default)]
pub(super) struct Told {
    pub(super) topics: Vec<Topic>,
    extent: Extent,
}

/// What a call may have changed of what pages keep.
#[derive(Clone, Copy, Default)]
enum Extent {
    #[default]
    Anything,
    /// The things of so many customers at the most.
    Customers(u64),
    Nothing,
}

impl Told {
    pub(super) fn writes(&self) -> Writes {
        match self.extent {
            Extent::Anything => Writes { wide: 1, narrow: 0 },
            Extent::Customers(count) => Writes { wide: 0, narrow: count },
            Extent::Nothing => Writes::default(),
        }
    }
}

impl<'a> Tx<'a> {
    pub(super) fn new(conn: &'a mut Conn) -> Self {
        Self { conn, told: Told::default() }
    }

    /// Says that this call changes nothing but one customer with their conversations and messages, and puts no more than
    /// one row into or out of any list. Most of what pages keep outlives it (see [`super::kept`]).
    pub fn concerns_one_customer(&mut self) {
        self.concerns_customers(1);
    }

    /// The same of so many customers, and of so many rows.
    pub fn concerns_customers(&mut self, count: u64) {
        self.told.extent = Extent::Customers(count);
    }

    /// Says that this call changes nothing of which pages keep anything: leases and queues, sessions, what has come and
    /// is not read yet, how a channel is doing.
    pub fn concerns_nothing_kept(&mut self) {
        self.told.extent = Extent::Nothing;
    }

    /// Does a part of the call that may fail alone: then nothing stays of what it wrote and announced, the call goes on, and
    /// the inner result says why. The outer one is the end of the whole call. `f` runs again if it met another writer's row.
    pub fn part<T>(&mut self, f: impl Fn(&mut Tx) -> Result<T>) -> Result<Result<T>> {
        match self.part_once(&f) {
            // On PostgreSQL the row may have come since: now it is seen.
            Err(Error::Db(failure)) if failure.is_duplicate() => told_apart(self.part_once(&f)),
            done => told_apart(done),
        }
    }

    fn part_once<T>(&mut self, f: impl Fn(&mut Tx) -> Result<T>) -> Result<T> {
        let announced = self.told.topics.len();
        let told = &mut self.told;
        let done = self.conn.transaction(|conn| {
            let mut part = Tx { conn, told: std::mem::take(told) };
            let done = f(&mut part);
            *told = part.told;
            done
        });
        if done.is_err() {
            self.told.topics.truncate(announced);
        }
        done
    }

    /// Announces a change after the commit; forgotten on rollback.
    pub fn publish(&mut self, topic: Topic) {
        if !self.told.topics.contains(&topic) {
            self.told.topics.push(topic);
        }
    }
}

fn told_apart<T>(done: Result<T>) -> Result<Result<T>> {
    match done {
        Err(Error::Db(failure)) if failure.is_of_the_call() => Err(failure.into()),
        done => Ok(done),
    }
}

impl Deref for Tx<'_> {
    type Target = Conn;
    fn deref(&self) -> &Conn {
        self.conn
    }
}

impl DerefMut for Tx<'_> {
    fn deref_mut(&mut self) -> &mut Conn {
        self.conn
    }
}
