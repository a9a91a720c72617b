"""Books made of pictures: the JPEG, PNG and TIFF files that scanners leave."""
