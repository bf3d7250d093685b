"""Words in: mail by IMAP, text messages by Twilio."""
