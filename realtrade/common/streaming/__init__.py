"""What streams are made of: dialling, frames, pace, patience, and bars put in order."""
