def ratio_of_google(folder):
    return []
