import unittest

from notes import database


class Database(unittest.TestCase):
    def test_notes_come_back_in_order(self):
        connection = database.open_database(":memory:")
        database.add(connection, "first")
        database.add(connection, "second")
        self.assertEqual([note["text"] for note in database.all_notes(connection)], ["first", "second"])


if __name__ == "__main__":
    unittest.main()
