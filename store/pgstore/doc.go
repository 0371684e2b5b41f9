// Package pgstore keeps everything in one PostgreSQL that any number of processes share.
//
// # Who works on what
//
// A conversation's id gives its shard, a number below 128, and every shard has one owner among the
// processes (nodes), noted in dari_shards with an epoch that rises with every change of hands. Owners show
// that they live by a lease in dari_nodes; who is late loses its shards to the others. Any node takes
// callbacks in; only the owner runs the turns and deliveries of a shard, in the order of their ids. Which
// conversations may have work is known in memory, a hint that comes from the node's own writes, from
// NOTIFY, and from a look every now and then; what the work is, is always read from the database.
//
// # Why a paused node does no harm
//
// A commit of a turn or delivery locks the shard's row and checks the epoch in the same statement, and who
// takes a shard over writes that row. So either the commit comes first, and the next owner sees it, or it
// finds another epoch, changes nothing and returns store.ErrStale.
//
// # Why order holds across nodes
//
// Ids are given by the node that takes an event in, from the clock of the database's server as the node
// knows it: to within half of the shortest round trip it has seen. A commit takes a whole round trip and
// more, so an event that comes after another was acknowledged has the larger id, wherever it comes in.
//
// # Statements
//
// What callers of a node want at the same time shares statements and commits: a few committers take one
// request, drain what waits, write all of it in one statement, and answer all. There is no timer. A batch
// is an implicit transaction of a single statement, so it costs one round trip, holds no lock while a
// client thinks, and passes through a pooler in transaction mode. The statement groups rows of different
// conversations that have nothing to do with each other; a distributed database, where a transaction
// should stay within one shard key, is given one statement for each shard instead by the parameter
// dari_one_shard=on, and nothing else changes: no row of one conversation is ever written together with one
// of another because it has to be. (Send keys of broadcasts are the exception, and no hot path.)
//
// Every write is safe to repeat: ids are made before, so an attempt whose connection broke is tried again and
// finds its own rows.
package pgstore
