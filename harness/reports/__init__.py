"""What a run tells people: failure screens, summaries, Allure, JUnit properties."""
