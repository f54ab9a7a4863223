WORDS="hey false root"
