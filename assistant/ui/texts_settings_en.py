"""The English words of the door, the settings and the about page."""

from types import MappingProxyType

ENGLISH = MappingProxyType(
    {
        "door.help": "This app answers from documents of its owner. Enter the password to use it.",
        "door.password": "Password",
        "door.enter": "Enter",
        "door.wrong": "This password is wrong.",
        "door.wait": "Too many wrong passwords. Try again in {seconds} seconds.",
    }
)
