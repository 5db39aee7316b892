-- Values are looked for whatever the case of their letters.
DROP INDEX user_attribute_by_value;
CREATE INDEX user_attribute_by_value ON user_attribute (name, lower(value));

-- What an attribute is found by beside its own text: each of several values, and what has letters that the engine does
-- not know the case of. In lower case. Most attributes have none of these.
CREATE TABLE user_attribute_term (
    user_id     INTEGER NOT NULL REFERENCES user(id) ON DELETE CASCADE,
    name        TEXT    NOT NULL,
    term        TEXT    NOT NULL,
    PRIMARY KEY (user_id, name, term)
) WITHOUT ROWID;
CREATE INDEX user_attribute_term_by_term ON user_attribute_term (name, term);
