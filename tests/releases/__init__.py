"""What each release has left behind, which every later one must be able to take over.

A folder for each release has a data folder as its service left it (`data.tar.xz`), a backup of the same database
(`backup.dump`), what the service answered of it (`answers.json`), and the checksums of its migrations, which are not
changed any more (`migrations.sha256`). Keys in them open nothing else.

`python -m tests.releases` makes the folder of the release that is checked out.
"""
