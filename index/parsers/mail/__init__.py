"""Mails: single ones (``.eml``) and boxes of them (``.mbox``)."""
