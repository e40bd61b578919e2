placeholder = Placeholder
