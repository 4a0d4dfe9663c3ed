"""What is shown unless the command line says otherwise."""

#: Types of transforms that are left out: they make tensors of pictures.
SKIPPED = ('DefaultFormatBundle', 'Normalize', 'Collect')
#: Images on a page.
ON_PAGE = 60
