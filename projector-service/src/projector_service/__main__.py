from projector_service.main import main

main()
