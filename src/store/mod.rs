//! Durable state: transactions and the SQL of each aggregate.
