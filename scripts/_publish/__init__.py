"""What goes to the Hugging Face Hub: the folder of a model repository, the folder of a Space, and the way there."""
