def implicit_gradient(*a): raise NotImplementedError
