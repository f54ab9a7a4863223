"""Where notes are kept: one SQLite file."""

import argparse
import os
import sqlite3


def open_database(path=None):
    connection = sqlite3.connect(path or os.environ["NOTES_DATABASE"])
    connection.execute("CREATE TABLE IF NOT EXISTS notes (id INTEGER PRIMARY KEY, text TEXT NOT NULL)")
    return connection


def add(connection, text):
    with connection:
        return connection.execute("INSERT INTO notes (text) VALUES (?)", (text,)).lastrowid


def all_notes(connection):
    return [{"id": id, "text": text} for id, text in connection.execute("SELECT id, text FROM notes ORDER BY id")]


if __name__ == "__main__":
    parser = argparse.ArgumentParser(description="Prepare the database.")
    parser.add_argument("--add", metavar="TEXT", help="a note to add when there is none yet")
    arguments = parser.parse_args()
    database = open_database()
    if arguments.add and not all_notes(database):
        add(database, arguments.add)
    print(f"{len(all_notes(database))} notes")
